import { objectKey } from '../../../../shared/api/object.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { ConfigMap, Namespace, ServiceAccount } from '../../../../shared/api/types/core-v1.ts'
import { type Controller, isNamespaceTerminating, owning, runController } from '../../controller/controller.ts'
import type { ControllerDeps } from '../controller-deps.ts'

const DEFAULT_ACCOUNT = 'default'
const ROOT_CA = 'kube-root-ca.crt'
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the ' +
  'internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'

export interface ServiceAccountControllerDeps extends ControllerDeps {
  /** The certificate authority of the API server, PEM. */
  readonly rootCa: string
}

/** Gives every namespace the ServiceAccount `default` and the ConfigMap `kube-root-ca.crt`, and restores them. */
export function startServiceAccountController(deps: ServiceAccountControllerDeps): Controller {
  const namespaces = deps.informers.of(resources.namespaces)
  const accounts = deps.informers.of(resources.serviceAccounts)
  const configMaps = deps.informers.of(resources.configMaps)
  const controller = runController({
    ...deps,
    name: 'serviceaccount',
    informers: [namespaces, accounts, configMaps],
    async reconcile(_, { key: namespace }) {
      const { metadata, status } = namespaces.get(namespace) ?? {}
      if (metadata === undefined || metadata.deletionTimestamp !== undefined || status?.phase === 'Terminating')
        return undefined
      if (accounts.get(`${namespace}/${DEFAULT_ACCOUNT}`) === undefined) await createAccount(deps, namespace)
      await publishRootCa(deps, namespace, configMaps.get(`${namespace}/${ROOT_CA}`))
      return undefined
    },
  })
  const enqueue = (namespace: Namespace) => controller.queue.add(objectKey(namespace))
  const enqueueIf = (name: string) => (object: ServiceAccount | ConfigMap) => {
    if (object.metadata.name === name) controller.queue.add(object.metadata.namespace ?? '')
  }
  const restoreCa = enqueueIf(ROOT_CA)
  const subscriptions = [
    namespaces.onChange({ added: enqueue, updated: (_, namespace) => enqueue(namespace) }),
    accounts.onChange({ deleted: enqueueIf(DEFAULT_ACCOUNT) }),
    configMaps.onChange({ updated: (_, configMap) => restoreCa(configMap), deleted: restoreCa }),
  ]
  return owning(controller, subscriptions)
}

async function createAccount({ client }: ControllerDeps, namespace: string): Promise<void> {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: DEFAULT_ACCOUNT, namespace } }
  await client.resource(resources.serviceAccounts).create(account).catch(tolerate)
}

async function publishRootCa(
  { client, rootCa }: ServiceAccountControllerDeps,
  namespace: string,
  current: ConfigMap | undefined,
): Promise<void> {
  const configMaps = client.resource(resources.configMaps)
  const data = { 'ca.crt': rootCa }
  const annotations = { 'kubernetes.io/description': DESCRIPTION }
  if (current === undefined) {
    const metadata = { name: ROOT_CA, namespace, annotations }
    await configMaps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }).catch(tolerate)
    return
  }
  const same =
    Object.keys(current.data ?? {}).length === 1 &&
    current.data?.['ca.crt'] === rootCa &&
    current.metadata.annotations?.['kubernetes.io/description'] !== undefined
  if (same) return
  const metadata = { ...current.metadata, annotations: { ...current.metadata.annotations, ...annotations } }
  await configMaps.update({ ...current, metadata, data })
}

/** Someone else was faster, or the namespace is going. */
function tolerate(error: unknown): undefined {
  if (isApiError(error, 'AlreadyExists') || isNamespaceTerminating(error) || isApiError(error, 'NotFound'))
    return undefined
  throw error
}
