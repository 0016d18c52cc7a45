/**
 * Whether an error says no more than that there is no room: a smaller size, or more room, would do. A size that is refused is one,
 * where sizes are whole numbers: it can only be above the capacity.
 */
export function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "ERR_OUT_OF_MEMORY" || code === "ERR_INVALID_SIZE" || code === "ERR_QUOTA_EXCEEDED";
}
