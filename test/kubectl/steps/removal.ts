import { deleted, step } from '../step.ts'

const namespace = '$(kubectl config view --minify -o jsonpath={..namespace})'

export const removalSteps = [
  step('kubectl run short --image=busybox:1.37 -- sleep 100000', 'pod/short created'),
  step('kubectl wait --for=condition=Ready pod/short --timeout=60s', 'pod/short condition met'),
  step('kubectl delete pod short --now', deleted('pod "short"')),
  step('kubectl get pod short', 'Error from server (NotFound): pods "short" not found', { code: 1 }),
  step('kubectl run stubborn --image=busybox:1.37 -- sleep 100000', 'pod/stubborn created'),
  step('kubectl wait --for=condition=Ready pod/stubborn --timeout=50s', 'pod/stubborn condition met'),
  step('kubectl delete pod stubborn --wait=false', deleted('pod "stubborn"')),
  step('kubectl get pod stubborn --no-headers', 'stubborn …/1 Terminating 0 …s'),
  step(
    'kubectl delete pod stubborn --grace-period=0 --force',
    (
      version,
    ) => `Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.
      pod "stubborn" force deleted${version === '1.36.6' ? ' from … namespace' : ''}`,
  ),
  step('kubectl delete pod nobody', 'Error from server (NotFound): pods "nobody" not found', { code: 1 }),
  step('kubectl delete pod nobody --ignore-not-found', ''),
  step('kubectl delete deployment made --cascade=orphan', deleted('deployment.apps "made"')),
  step('kubectl get replicasets -l app=made --no-headers', 'made-… 1 1 1 …'),
  step('kubectl delete replicaset -l app=made', deleted('replicaset.apps "made-…"')),
  step('kubectl delete deployment web --cascade=foreground --timeout=60s', deleted('deployment.apps "web"')),
  step('kubectl get pods,replicasets -l app=web', 'No resources found in … namespace.'),
  step('kubectl delete -f settings.yaml', deleted('configmap "settings"')),
  step('kubectl delete services web web-too plain --dry-run=server', (version) => {
    const where = version === '1.36.6' ? ' from … namespace' : ''
    return ['web', 'web-too', 'plain'].map((name) => `service "${name}" deleted${where} (server dry run)`).join('\n')
  }),
  step('kubectl get services -o name', 'service/plain\nservice/web\nservice/web-too'),
  step('kubectl wait --for=delete pod -l app=made --timeout=60s', '⋮'),
  step(`kubectl delete namespace ${namespace} --timeout=90s`, 'namespace "…" deleted'),
  step(`kubectl get all`, 'No resources found in … namespace.'),
]
