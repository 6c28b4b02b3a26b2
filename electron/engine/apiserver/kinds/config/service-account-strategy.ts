import type { ServiceAccount } from '../../../../../shared/api/types/core-v1.ts'
import type { KindStrategy } from '../strategy.ts'

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets'

export const serviceAccountStrategy: KindStrategy<ServiceAccount> = {
  prepareCreate: keepNames,
  prepareUpdate: keepNames,
  warnings({ metadata }, old) {
    const isNew = metadata.annotations?.[ENFORCE] !== undefined && old?.metadata.annotations?.[ENFORCE] === undefined
    if (!isNew) return []
    return [
      `metadata.annotations[${ENFORCE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
    ]
  },
}

/** cleanSecretReferences: of the referenced secrets only the names are kept. */
function keepNames(account: ServiceAccount): void {
  if (account.secrets) account.secrets = account.secrets.map(({ name }) => (name ? { name } : {}))
}
