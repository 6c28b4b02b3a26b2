/**
 * The unified diff of Python's and Go's difflib: Ratcliff-Obershelp matching, where lines that are frequent in a long
 * text do not start a match. Another diff of the same texts would be as true, but messages quote this one.
 */
const CONTEXT = 3
const POPULAR_FROM = 200

type Tag = 'equal' | 'replace' | 'delete' | 'insert'
type OpCode = readonly [tag: Tag, aFrom: number, aTo: number, bFrom: number, bTo: number]
type Match = readonly [a: number, b: number, size: number]

export function unifiedDiff(a: readonly string[], b: readonly string[]): string {
  let text = ''
  for (const group of groups(opCodes(a, b))) {
    const first = group[0] as OpCode
    const last = group.at(-1) as OpCode
    text += `@@ -${range(first[1], last[2])} +${range(first[3], last[4])} @@\n`
    for (const [tag, aFrom, aTo, bFrom, bTo] of group) {
      if (tag === 'equal') for (const line of a.slice(aFrom, aTo)) text += ` ${line}\n`
      else {
        for (const line of a.slice(aFrom, aTo)) text += `-${line}\n`
        for (const line of b.slice(bFrom, bTo)) text += `+${line}\n`
      }
    }
  }
  return text
}

function range(from: number, to: number): string {
  const length = to - from
  if (length === 1) return String(from + 1)
  return `${length === 0 ? from : from + 1},${length}`
}

function opCodes(a: readonly string[], b: readonly string[]): OpCode[] {
  const codes: OpCode[] = []
  let i = 0
  let j = 0
  for (const [ai, bj, size] of [...matchingBlocks(a, b), [a.length, b.length, 0] as const]) {
    if (i < ai && j < bj) codes.push(['replace', i, ai, j, bj])
    else if (i < ai) codes.push(['delete', i, ai, j, bj])
    else if (j < bj) codes.push(['insert', i, ai, j, bj])
    i = ai + size
    j = bj + size
    if (size > 0) codes.push(['equal', ai, i, bj, j])
  }
  return codes
}

function matchingBlocks(a: readonly string[], b: readonly string[]): Match[] {
  const positions = positionsOf(b)
  const matches: Match[] = []
  const queue: [number, number, number, number][] = [[0, a.length, 0, b.length]]
  for (let bounds = queue.pop(); bounds !== undefined; bounds = queue.pop()) {
    const [aFrom, aTo, bFrom, bTo] = bounds
    const match = longestMatch(a, b, positions, bounds)
    const [i, j, size] = match
    if (size === 0) continue
    matches.push(match)
    if (aFrom < i && bFrom < j) queue.push([aFrom, i, bFrom, j])
    if (i + size < aTo && j + size < bTo) queue.push([i + size, aTo, j + size, bTo])
  }
  return joined(matches.sort((x, y) => x[0] - y[0] || x[1] - y[1]))
}

function joined(matches: readonly Match[]): Match[] {
  const result: Match[] = []
  for (const match of matches) {
    const last = result.at(-1)
    if (last && last[0] + last[2] === match[0] && last[1] + last[2] === match[1]) {
      result[result.length - 1] = [last[0], last[1], last[2] + match[2]]
    } else result.push(match)
  }
  return result
}

/** Where each line of b stands, without the lines that are too frequent to tell anything. */
function positionsOf(b: readonly string[]): Map<string, number[]> {
  const positions = new Map<string, number[]>()
  b.forEach((line, at) => {
    const known = positions.get(line)
    if (known === undefined) positions.set(line, [at])
    else known.push(at)
  })
  if (b.length < POPULAR_FROM) return positions
  const limit = Math.floor(b.length / 100) + 1
  for (const [line, places] of positions) if (places.length > limit) positions.delete(line)
  return positions
}

function longestMatch(
  a: readonly string[],
  b: readonly string[],
  positions: ReadonlyMap<string, readonly number[]>,
  [aFrom, aTo, bFrom, bTo]: readonly [number, number, number, number],
): Match {
  let [bestI, bestJ, bestSize] = [aFrom, bFrom, 0]
  let lengths = new Map<number, number>()
  for (let i = aFrom; i < aTo; i++) {
    const next = new Map<number, number>()
    for (const j of positions.get(a[i] as string) ?? []) {
      if (j < bFrom) continue
      if (j >= bTo) break
      const size = (lengths.get(j - 1) ?? 0) + 1
      next.set(j, size)
      if (size > bestSize) [bestI, bestJ, bestSize] = [i - size + 1, j - size + 1, size]
    }
    lengths = next
  }
  // The frequent lines around a match belong to it all the same.
  while (bestI > aFrom && bestJ > bFrom && a[bestI - 1] === b[bestJ - 1]) {
    bestI--
    bestJ--
    bestSize++
  }
  while (bestI + bestSize < aTo && bestJ + bestSize < bTo && a[bestI + bestSize] === b[bestJ + bestSize]) bestSize++
  return [bestI, bestJ, bestSize]
}

/** Op codes with CONTEXT equal lines around each change, split where more lies between. */
function groups(codes: OpCode[]): OpCode[][] {
  if (codes.length === 0) return []
  const first = codes[0] as OpCode
  if (first[0] === 'equal') codes[0] = tail(first)
  const last = codes.at(-1) as OpCode
  if (last[0] === 'equal') codes[codes.length - 1] = head(last)
  const result: OpCode[][] = []
  let group: OpCode[] = []
  for (const code of codes) {
    if (code[0] === 'equal' && code[2] - code[1] > 2 * CONTEXT) {
      group.push(head(code))
      result.push(group)
      group = [tail(code)]
    } else group.push(code)
  }
  if (group.length > 0 && !(group.length === 1 && (group[0] as OpCode)[0] === 'equal')) result.push(group)
  return result
}

function head([tag, aFrom, aTo, bFrom, bTo]: OpCode): OpCode {
  return [tag, aFrom, Math.min(aTo, aFrom + CONTEXT), bFrom, Math.min(bTo, bFrom + CONTEXT)]
}

function tail([tag, aFrom, aTo, bFrom, bTo]: OpCode): OpCode {
  return [tag, Math.max(aFrom, aTo - CONTEXT), aTo, Math.max(bFrom, bTo - CONTEXT), bTo]
}
