/** Exit codes of the command line; 2 is the argument parser's, for wrong usage. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notRunning: 3, notFound: 4 } as const

/** An expected failure: its message is printed without a stack and the process ends with `exitCode`. */
export class CliError extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message)
    this.name = 'CliError'
    this.exitCode = exitCode
  }
}
