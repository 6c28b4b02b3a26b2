/**
 * How well a query fits a text; undefined where it does not. Every letter must occur in order: those at the start of
 * words and side by side count more, long texts less.
 */
export function fuzzyScore(query: string, text: string): number | undefined {
  const wanted = query.toLowerCase().replace(/\s+/g, '')
  const letters = text.toLowerCase()
  const whole = letters.indexOf(query.toLowerCase().trim())
  if (whole >= 0) return 100 + (whole === 0 || isBreak(letters, whole) ? 50 : 0) - text.length / 10
  let score = 0
  let at = -1
  for (const letter of wanted) {
    const next = letters.indexOf(letter, at + 1)
    if (next < 0) return undefined
    score += next === at + 1 ? 3 : isBreak(letters, next) ? 4 : -Math.min(3, next - at)
    at = next
  }
  return score - text.length / 10
}

function isBreak(text: string, index: number): boolean {
  return index === 0 || /[\s/\-_.:]/.test(text[index - 1] ?? '')
}

/** The best first; those without a match left out. */
export function fuzzyFind<T>(
  query: string,
  items: readonly T[],
  options: { text(item: T): string; limit: number },
): T[] {
  if (query.trim() === '') return items.slice(0, options.limit)
  return items
    .flatMap((item) => {
      const score = fuzzyScore(query, options.text(item))
      return score === undefined ? [] : [{ item, score }]
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, options.limit)
    .map(({ item }) => item)
}
