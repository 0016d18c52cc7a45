/** Says how a check went, on the console, where the driver waits for it. */
export async function report(checking) {
  console.log(`report: ${await checking.catch((error) => `${error.name}: ${error.message}`)}`);
}
