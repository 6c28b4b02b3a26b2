import { spawn } from 'node:child_process'

/** Runs a program of the machine; rejects with the end of what it said when it fails. */
export function runTool(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    const note = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000)
    }
    child.stdout.on('data', note)
    child.stderr.on('data', note)
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${command} ended with ${code}: ${said.trim()}`))
    })
  })
}

/** Whether the program can be started at all. */
export async function hasTool(command: string, ...args: string[]): Promise<boolean> {
  try {
    await runTool(command, args)
    return true
  } catch {
    return false
  }
}
