/** Completed indexes as the API writes them: "0,2-4". */
export function formatIndexes(indexes: Iterable<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b)
  const ranges: string[] = []
  for (let at = 0; at < sorted.length; ) {
    let end = at
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end += 1
    const [first, last] = [sorted[at], sorted[end]]
    ranges.push(first === last ? `${first}` : end === at + 1 ? `${first},${last}` : `${first}-${last}`)
    at = end + 1
  }
  return ranges.join(',')
}

export function parseIndexes(text: string | undefined): Set<number> {
  const indexes = new Set<number>()
  for (const range of (text ?? '').split(',').filter(Boolean)) {
    const [first = 0, last = first] = range.split('-').map(Number)
    for (let index = first; index <= last; index++) indexes.add(index)
  }
  return indexes
}
