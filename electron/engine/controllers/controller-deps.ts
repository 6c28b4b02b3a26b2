import type { Clock } from '../../../shared/lang/clock.ts'
import type { Logger } from '../../../shared/lang/logger.ts'
import type { Client } from '../client/client.ts'
import type { Informers } from '../controller/informers.ts'

/** What every controller is given. */
export interface ControllerDeps {
  readonly client: Client
  readonly clock: Clock
  readonly logger: Logger
  readonly informers: Informers
}
