/** `text` with what stands between the lines `<!-- NAME:begin … -->` and `<!-- NAME:end -->` replaced by `content`. */
export function between(text: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- ${name}:begin[^\n]*-->\n).*?(<!-- ${name}:end -->)`, "s");
  if (!pattern.test(text)) throw new Error(`no markers "${name}:begin" and "${name}:end"`);
  return text.replace(pattern, (_, begin: string, end: string) => `${begin}${content}${end}`);
}

/** The names of the markers in `text`, in order. */
export function markersIn(text: string): string[] {
  return [...text.matchAll(/<!-- ([\w-]+):begin/g)].map((match) => match[1]);
}
