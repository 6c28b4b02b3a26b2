/** Index lists of Indexed Jobs, such as "0-2,5": how many indexes they name, or what is wrong with them. */
export function countIndexes(text: string, completions: number): number | { error: string } {
  if (text === '') return 0
  let last: number | undefined
  let total = 0
  for (const interval of text.split(',')) {
    const limits = interval.split('-')
    if (limits.length > 2) {
      const rule = "violates the requirement that an index interval can have at most two parts separated by '-'"
      return { error: `the fragment "${interval}" ${rule}` }
    }
    const numbers: number[] = []
    for (const limit of limits) {
      if (!/^[+-]?[0-9]+$/.test(limit)) return { error: `cannot convert string to integer for index: "${limit}"` }
      const number = Number.parseInt(limit, 10)
      if (number >= completions) return { error: `too large index: "${limit}"` }
      const previous = numbers[0] ?? last
      if (previous !== undefined && previous >= number) {
        return { error: `non-increasing order, previous: ${previous}, current: ${number}` }
      }
      numbers.push(number)
    }
    const [from = 0, to = from] = numbers
    total += to - from + 1
    last = to
  }
  return total
}

/** The first index that both lists name; intervals that are not understood are left out. */
export function overlapOf(one: string, other: string, completions: number): number | undefined {
  const [intervals, others] = [one, other].map((text) => intervalsOf(text, completions))
  for (const [from, to] of intervals ?? []) {
    const found = others?.find(([start, end]) => from <= end && start <= to)
    if (found !== undefined) return Math.max(from, found[0])
  }
  return undefined
}

function intervalsOf(text: string, completions: number): [number, number][] {
  return text
    .split(',')
    .filter((interval) => interval !== '' && typeof countIndexes(interval, completions) === 'number')
    .map((interval) => {
      const [from = 0, to = from] = interval.split('-').map(Number)
      return [from, to]
    })
}
