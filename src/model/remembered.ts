/** Longer texts are not kept: few of them come twice. */
const LONGEST = 500

/**
 * The same function, which remembers what it made of the texts that it saw lately: the many thousand items of a report name the same few hundred things. Whoever asks gets the same
 * object as the one before, which is therefore not to be changed. `make` never gives undefined.
 */
export function remembered<T>(make: (text: string) => T, most = 5000): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const made = make(text)
    if (text.length > LONGEST) return made
    if (known.size >= most) known.clear()
    known.set(text, made)
    return made
  }
}
