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
]
