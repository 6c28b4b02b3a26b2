import type { StrategyContext } from '../kinds/strategy.ts'
import { type Call, type ServerContext, timestamp } from './server-context.ts'

export function strategyContext(context: ServerContext, call: Call): StrategyContext {
  return {
    now: timestamp(context.clock),
    namespace: call.namespace,
    groupVersion: call.resource.groupVersion,
    user: call.user,
    warn: (message) => call.warnings.push(message),
  }
}
