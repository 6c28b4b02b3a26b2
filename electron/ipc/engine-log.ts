import { pino } from 'pino'
import { createStream } from 'rotating-file-stream'
import type { Logger } from '../../shared/lang/logger.ts'

/** Where the engine writes its log and how much of it is kept: 3 files of 10 MB. */
const LOG_FILE = 'engine.log'

/** Fields that may carry a credential or a Secret's contents: never written. */
const REDACTED = [
  'authorization',
  'token',
  'password',
  'key',
  'data',
  'stringData',
  '*.authorization',
  '*.token',
  '*.password',
  '*.key',
  '*.data',
  '*.stringData',
]

/** The engine's log: JSON lines in `directory`, bounded, without secrets. */
export function openEngineLog(directory: string): { logger: Logger; close(): Promise<void> } {
  const stream = createStream(LOG_FILE, { path: directory, size: '10M', maxFiles: 2, mode: 0o600, teeToStdout: false })
  const logger = pino({ base: null, redact: { paths: REDACTED, censor: '[redacted]' } }, stream)
  return {
    logger,
    close: () => new Promise((resolve) => stream.end(resolve)),
  }
}
