/** A text cut at the occurrences of a query, whatever their case: every second part is an occurrence. */
export function splitMatches(text: string, query: string): string[] {
  if (query === '') return [text]
  const parts: string[] = []
  const letters = text.toLowerCase()
  const wanted = query.toLowerCase()
  let at = 0
  for (let next = letters.indexOf(wanted); next >= 0; next = letters.indexOf(wanted, at)) {
    parts.push(text.slice(at, next), text.slice(next, next + wanted.length))
    at = next + wanted.length
  }
  return [...parts, text.slice(at)]
}
