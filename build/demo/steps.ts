const started = performance.now()
const steps: { name: string; seconds: number }[] = []

/** Runs one step of the demo, shows it, and remembers how long it took. */
export async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  process.stdout.write(`${name} ... `)
  try {
    const result = await work()
    const seconds = (performance.now() - start) / 1000
    steps.push({ name, seconds })
    console.log(`${seconds.toFixed(1)} s`)
    return result
  } catch (error) {
    console.log('failed')
    throw error
  }
}

export function printTimes(): void {
  const width = Math.max(...steps.map(({ name }) => name.length))
  const line = (name: string, seconds: number) => `  ${name.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s`
  console.log(['', ...steps.map(({ name, seconds }) => line(name, seconds))].join('\n'))
  console.log(line('in all', (performance.now() - started) / 1000))
}
