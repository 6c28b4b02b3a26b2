import { step } from '../step.ts'

const first = '$(kubectl get nodes -o name | head -n 1)'
const second = '$(kubectl get nodes -o name | tail -n 1)'

export const nodeSteps = [
  step('kubectl get nodes', 'NAME STATUS ROLES AGE VERSION\n…-1 Ready <none> … v1.36.…\n…-2 Ready <none> … v1.36.…'),
  step(
    `kubectl get ${first} -o wide`,
    `NAME STATUS ROLES AGE VERSION INTERNAL-IP EXTERNAL-IP OS-IMAGE KERNEL-VERSION CONTAINER-RUNTIME
     …-1 Ready <none> … v1.36.… 10.… <none> … docker://…`,
  ),
  step(
    `kubectl describe ${first}`,
    `Name: …-1
     Roles: <none>
     Labels: beta.kubernetes.io/arch=…
     ⋮
     Taints: <none>
     Unschedulable: false
     Lease:
     HolderIdentity: …-1
     ⋮
     Conditions:
     Type Status LastHeartbeatTime LastTransitionTime Reason Message
     ⋮
     Ready True … KubeletReady kubelet is posting ready status
     Addresses:
     InternalIP: 10.…
     Hostname: …-1
     Capacity:
     cpu: …
     ⋮
     Allocatable:
     ⋮
     System Info:
     ⋮
     Container Runtime Version: docker://…
     Kubelet Version: v1.36.…
     ⋮
     Non-terminated Pods: (… in total)
     Namespace Name CPU Requests CPU Limits Memory Requests Memory Limits Age
     ⋮
     Allocated resources:
     ⋮
     Events:
     ⋮`,
  ),
  step(
    `kubectl run stay --image=busybox:1.37 --overrides='{"spec":{"nodeName":"'$(basename ${second})'","terminationGracePeriodSeconds":1}}' -- sleep 100000`,
    'pod/stay created',
  ),
  step('kubectl wait --for=condition=Ready pod/stay --timeout=50s', 'pod/stay condition met'),
  step(`kubectl cordon ${second}`, 'node/…-2 cordoned'),
  step(`kubectl cordon ${second}`, 'node/…-2 already cordoned'),
  step(`kubectl get ${second} --no-headers`, '…-2 Ready,SchedulingDisabled <none> … v1.36.…'),
  step(`kubectl uncordon ${second}`, 'node/…-2 uncordoned'),
  step(`kubectl taint nodes $(basename ${second}) keep=out:NoSchedule`, 'node/…-2 tainted'),
  step(`kubectl describe ${second} | grep Taints`, 'Taints: keep=out:NoSchedule'),
  step(`kubectl taint nodes $(basename ${second}) keep:NoSchedule-`, 'node/…-2 untainted'),
  step(
    `kubectl drain ${second}`,
    `node/…-2 cordoned
     error: unable to drain node "…-2" due to error:…cannot delete …
     ⋮`,
    { code: 1 },
  ),
  step(
    `kubectl drain ${second} --force --ignore-daemonsets --delete-emptydir-data --grace-period=1 --timeout=60s`,
    '⋮\nevicting pod …/…\n⋮\npod/… evicted\n⋮\nnode/…-2 drained',
  ),
  step(`kubectl get pods -A --field-selector spec.nodeName=$(basename ${second}),status.phase=Running -o name`, ''),
  step(`kubectl uncordon ${second}`, 'node/…-2 uncordoned'),
  step(
    `kubectl create deployment held --image=busybox:1.37 -- sleep 100000
     kubectl create poddisruptionbudget held --selector=app=held --min-available=1
     kubectl wait --for=condition=Available deployment/held --timeout=50s`,
    'deployment.apps/held created\npoddisruptionbudget.policy/held created\ndeployment.apps/held condition met',
  ),
  // Its only pod must stay, until there is another one that is ready on the other node.
  step(
    `node=$(kubectl get pods -l app=held -o jsonpath='{.items[0].spec.nodeName}')
     (sleep 2; kubectl scale deployment held --replicas=2 > scaled 2>&1) &
     kubectl drain $node --pod-selector=app=held --grace-period=1 --timeout=60s
     kubectl uncordon $node
     kubectl delete deployment/held poddisruptionbudget/held -o name`,
    `node/… cordoned
     evicting pod …/held-…
     error when evicting pods/"held-…" -n "…" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.
     ⋮
     pod/held-… evicted
     node/… drained
     node/… uncordoned
     deployment.apps/held
     poddisruptionbudget.policy/held`,
  ),
]
