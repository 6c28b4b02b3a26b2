import { parseDuration } from '../../../../../shared/api/duration.ts'

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names?: Readonly<Record<string, number>>
}

const MONTHS = numbered('jan feb mar apr may jun jul aug sep oct nov dec', 1)
const DAYS = numbered('sun mon tue wed thu fri sat', 0)

const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
]

function numbered(names: string, first: number): Record<string, number> {
  return Object.fromEntries(names.split(' ').map((name, at) => [name, at + first]))
}

const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']

/** What is wrong with a schedule, in the words of the cron parser that Kubernetes uses; undefined: nothing. */
export function scheduleProblem(schedule: string): string | undefined {
  let text = schedule
  if (text.startsWith('TZ=') || text.startsWith('CRON_TZ=')) {
    const space = text.indexOf(' ')
    text = space < 0 ? '' : text.slice(space).trim()
  }
  if (text.startsWith('@')) return descriptorProblem(text)
  const fields = text.split(/\s+/).filter((field) => field !== '')
  if (fields.length !== FIELDS.length) {
    return `expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`
  }
  for (const [at, field] of fields.entries()) {
    for (const range of field.split(',').filter((part) => part !== '')) {
      const problem = rangeProblem(range, FIELDS[at] as Bounds)
      if (problem !== undefined) return problem
    }
  }
  return undefined
}

function descriptorProblem(text: string): string | undefined {
  if (DESCRIPTORS.includes(text)) return undefined
  const every = '@every '
  if (!text.startsWith(every)) return `unrecognized descriptor: ${text}`
  const parsed = parseDuration(text.slice(every.length))
  return typeof parsed === 'bigint' ? undefined : `failed to parse duration ${text}: ${parsed.error}`
}

/** "n", "n-m", "*", each with an optional "/step". */
function rangeProblem(expression: string, { min, max, names }: Bounds): string | undefined {
  const [range = '', ...steps] = expression.split('/')
  const [low = '', ...highs] = range.split('-')
  let [start, end] = [min, max]
  if (low !== '*' && low !== '?') {
    const first = numberOf(low, names)
    if (typeof first === 'string') return first
    start = first
    end = first
    if (highs.length > 1) return `too many hyphens: ${expression}`
    if (highs.length === 1) {
      const last = numberOf(highs[0] as string, names)
      if (typeof last === 'string') return last
      end = last
    }
  }
  let step = 1
  if (steps.length > 1) return `too many slashes: ${expression}`
  if (steps.length === 1) {
    const given = numberOf(steps[0] as string)
    if (typeof given === 'string') return given
    step = given
    if (highs.length === 0) end = max
  }
  if (start < min) return `beginning of range (${start}) below minimum (${min}): ${expression}`
  if (end > max) return `end of range (${end}) above maximum (${max}): ${expression}`
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`
  return step === 0 ? `step of range should be a positive number: ${expression}` : undefined
}

function numberOf(text: string, names?: Readonly<Record<string, number>>): number | string {
  const named = names?.[text.toLowerCase()]
  if (named !== undefined) return named
  if (!/^[+-]?[0-9]+$/.test(text)) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
  }
  const number = Number.parseInt(text, 10)
  return number < 0 ? `negative number (${number}) not allowed: ${text}` : number
}
