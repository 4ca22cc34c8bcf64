/** Reads what may be anything; what is no JSON has nothing of what is looked for. */
export function readJSON<T extends object>(text: string): Partial<T> {
  try {
    return (JSON.parse(text) as Partial<T> | null) ?? {};
  } catch {
    return {};
  }
}
