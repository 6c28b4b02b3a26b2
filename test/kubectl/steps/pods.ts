import { step } from '../step.ts'

export const podSteps = [
  step(
    'kubectl apply -f ticker.yaml -f box.yaml -f crash.yaml -f reader.yaml',
    'pod/ticker created\npod/box created\npod/crash created\npod/reader created',
  ),
  step('kubectl apply -f box.yaml', 'pod/box unchanged'),
  step('kubectl wait --for=condition=Ready pod/ticker pod/box --timeout=60s', '⋮\npod/box condition met'),
  step(
    'kubectl get pods ticker box',
    `NAME     READY   STATUS    RESTARTS   AGE
     ticker   2/2     Running   0          …s
     box      1/1     Running   0          …s`,
  ),
  step(
    'kubectl get pod box -o wide',
    `NAME   READY   STATUS    RESTARTS   AGE   IP      NODE   NOMINATED NODE   READINESS GATES
     box    1/1     Running   0          …s    10.…    …      <none>           <none>`,
  ),
  step('kubectl get pod box -o name', 'pod/box'),
  step('kubectl get pod box --show-labels --no-headers', 'box 1/1 Running 0 …s app=box'),
  step('kubectl get pod -l app=box -L app', 'NAME READY STATUS RESTARTS AGE APP\nbox 1/1 Running 0 …s box'),
  step('kubectl get pods --field-selector metadata.name=box -o name', 'pod/box'),
  step('kubectl get pods --sort-by=.metadata.name -o name', 'pod/box\npod/crash\npod/reader\npod/ticker'),
  step('kubectl get pods -l app=nobody', 'No resources found in … namespace.'),
  step('kubectl get pod nobody', 'Error from server (NotFound): pods "nobody" not found', { code: 1 }),
  step('kubectl get gadgets', 'error: the server doesn\'t have a resource type "gadgets"', { code: 1 }),
  step(
    'kubectl get pod box -o yaml',
    `apiVersion: v1
     kind: Pod
     metadata:
     ⋮
     labels:
     app: box
     name: box
     namespace: …
     resourceVersion: "…"
     uid: …-…-…
     spec:
     containers:
     - command:
     - sh
     - -c
     - exec sleep 100000
     image: busybox:1.37
     imagePullPolicy: IfNotPresent
     name: main
     ⋮
     terminationMessagePath: /dev/termination-log
     terminationMessagePolicy: File
     volumeMounts:
     - mountPath: /var/run/secrets/kubernetes.io/serviceaccount
     name: kube-api-access-…
     readOnly: true
     dnsPolicy: ClusterFirst
     enableServiceLinks: true
     nodeName: …
     preemptionPolicy: PreemptLowerPriority
     priority: 0
     restartPolicy: Always
     schedulerName: default-scheduler
     securityContext: {}
     serviceAccount: default
     serviceAccountName: default
     terminationGracePeriodSeconds: 1
     tolerations:
     ⋮
     phase: Running
     podIP: 10.…
     podIPs:
     - ip: 10.…
     qosClass: BestEffort
     startTime: "…Z"`,
  ),
  step(
    `kubectl get pods ticker box -o jsonpath='{range .items[*]}{.metadata.name}={.status.phase}{"\\n"}{end}'`,
    'ticker=Running\nbox=Running',
  ),
  step(
    `kubectl get pod ticker -o 'custom-columns=POD:.metadata.name,IMAGES:.spec.containers[*].image,NONE:.spec.nothing'`,
    'POD IMAGES NONE\nticker busybox:1.37,busybox:1.37 <none>',
  ),
  step(`kubectl get pod box -o go-template='{{.metadata.name}} {{len .spec.containers}}'`, 'box 1'),
  step('kubectl get pod box -o json | grep -c \'"kind": "Pod"\'', '1'),
  step('kubectl get pod crash --no-headers', 'crash 0/1 CrashLoopBackOff … (…s ago) …s', { soon: true }),
  step(
    'kubectl describe pod crash',
    `Name: crash
     Namespace: …
     Priority: 0
     Service Account: default
     Node: …/10.…
     Start Time: …
     Labels: app=crash
     Annotations: <none>
     Status: Running
     IP: 10.…
     IPs:
     IP: 10.…
     Containers:
     main:
     Container ID: docker://…
     Image: busybox:1.37
     Image ID: …sha256:…
     Port: <none>
     Host Port: <none>
     Command:
     sh
     -c
     echo about to fail; exit 3
     State: Waiting
     Reason: CrashLoopBackOff
     Last State: Terminated
     Reason: Error
     Exit Code: 3
     Started: …
     Finished: …
     Ready: False
     Restart Count: …
     Environment: <none>
     Mounts:
     /var/run/secrets/kubernetes.io/serviceaccount from kube-api-access-… (ro)
     Conditions:
     Type Status
     PodReadyToStartContainers True
     Initialized True
     Ready False
     ContainersReady False
     PodScheduled True
     Volumes:
     kube-api-access-…:
     Type: Projected (a volume that contains injected data from multiple sources)
     TokenExpirationSeconds: 3607
     ConfigMapName: kube-root-ca.crt
     …Optional: …
     DownwardAPI: true
     QoS Class: BestEffort
     Node-Selectors: <none>
     Tolerations: node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
     node.kubernetes.io/unreachable:NoExecute op=Exists for 300s
     Events:
     Type Reason Age From Message
     ---- ------ ---- ---- -------
     Normal Scheduled …s default-scheduler Successfully assigned …/crash to …
     ⋮
     Warning BackOff …s… kubelet …Back-off restarting failed container main in pod crash_…(…)`,
    { soon: true },
  ),
  step(
    'kubectl events --for pod/box',
    `LAST SEEN TYPE REASON OBJECT MESSAGE
     …s Normal Scheduled Pod/box Successfully assigned …/box to …
     …s Normal Pulled Pod/box Container image "busybox:1.37" already present on machine…
     …s Normal Created Pod/box …
     …s Normal Started Pod/box …`,
  ),
  step(
    'kubectl get events --field-selector involvedObject.name=box,reason=Scheduled',
    'LAST SEEN TYPE REASON OBJECT MESSAGE\n…s Normal Scheduled pod/box Successfully assigned …/box to …',
  ),
  step('kubectl get pods -o wide -A | grep -c kube-system', '1'),
]
