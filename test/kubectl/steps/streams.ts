import { step } from '../step.ts'

const page = `HTTP/1.1 200 OK
⋮
<h1>Welcome to nginx!</h1>
⋮`

export const streamSteps = [
  step('kubectl logs ticker --tail=2', 'Defaulted container "main" out of: main, side\nline …\nline …'),
  step('kubectl logs ticker -c side', 'from the side'),
  step('kubectl logs ticker -c main | head -n 2', 'line 1\nline 2'),
  step('kubectl logs ticker -c main --limit-bytes=9', 'line 1\nli'),
  step('kubectl logs ticker -c main --tail=1 --timestamps', '20…-…-…T…:…:….…Z line …'),
  step('kubectl logs ticker --all-containers --prefix --tail=1', '[pod/ticker/…\n[pod/ticker/…'),
  step('kubectl logs ticker -c main --since=1h | head -n 1', 'line 1'),
  step('kubectl logs ticker -c side --since=1s', ''),
  step('kubectl logs -l app=box --tail=5', ''),
  step('upto "line [0-9]*5$" kubectl logs -f ticker -c main', 'line 1\nline 2\nline 3\nline 4\nline 5'),
  step('kubectl logs crash --previous', 'about to fail'),
  step(
    'kubectl logs box --previous',
    'Error from server (BadRequest): previous terminated container "main" in pod "box" not found',
    { code: 1 },
  ),
  step('kubectl logs ticker -c nobody', 'error: container nobody is not valid for pod ticker…', { code: 1 }),
  step('kubectl logs nobody', 'error: error from server (NotFound): pods "nobody" not found in namespace "…"', {
    code: 1,
  }),

  step('kubectl exec box -- echo hello', 'hello'),
  step('kubectl exec ticker -c side -- hostname', 'ticker'),
  step('kubectl exec box -- sh -c "echo out; echo err >&2" 2>/dev/null', 'out'),
  step('kubectl exec box -- sh -c "exit 7"', 'command terminated with exit code 7', { code: 7 }),
  step('echo from here | kubectl exec -i box -- cat', 'from here'),
  step('kubectl exec box -- no-such-program', '⋮\n…no-such-program…\n⋮', { code: 126 }),
  step('kubectl exec nobody -- true', 'Error from server (NotFound): pods "nobody" not found', { code: 1 }),
  step('head -c 3000000 /dev/zero | kubectl exec -i box -- wc -c', '3000000'),
  step('kubectl exec box -- head -c 3000000 /dev/zero | wc -c', '3000000'),
  step('echo "echo typed; tty; exit 4" | terminal "kubectl exec -it box -- sh"', '⋮\ntyped\n/dev/pts/…\n⋮', {
    code: 4,
  }),
  step(
    `terminal '
      (until kubectl exec box -- test -e /tmp/looked 2>/dev/null; do sleep 0.2; done; stty rows 44 cols 120 </dev/tty) &
      kubectl exec -it box -- sh -c "
        until [ \\"\\$(stty size)\\" = \\"33 101\\" ]; do :; done; echo first 33 101; touch /tmp/looked
        until [ \\"\\$(stty size)\\" = \\"44 120\\" ]; do :; done; echo then 44 120"'`,
    '⋮\nfirst 33 101\nthen 44 120',
  ),
  step('kubectl exec box -- rm -f /tmp/looked', ''),

  step('upto "line [0-9]+" kubectl attach ticker -c main', '⋮\nline …'),
  step('{ echo one; echo two; sleep 2; } | upto "got two" kubectl attach -i reader', '⋮\ngot one\ngot two'),

  step('kubectl cp letter.txt box:/tmp/letter && kubectl exec box -- cat /tmp/letter', 'dear kubectl'),
  step('kubectl cp box:/tmp/letter back.txt 2>/dev/null; cat back.txt', '⋮\ndear kubectl'),
  step(
    'mkdir -p tree/deep && cp letter.txt tree/deep && kubectl cp tree ticker:/tmp/tree -c side && kubectl exec ticker -c side -- find /tmp/tree',
    '/tmp/tree\n/tmp/tree/deep\n/tmp/tree/deep/letter.txt',
  ),

  step('kubectl apply -f web.yaml', 'deployment.apps/web created\nservice/web created'),
  step('kubectl rollout status deployment/web --timeout=60s', '⋮\ndeployment "web" successfully rolled out'),
  step('visit deployment/web 80', `Forwarding from 127.0.0.1:… -> 80\n${page}`),
  step('visit service/web 80', `Forwarding from 127.0.0.1:… -> 80\n${page}`),
  step('visit $(kubectl get pods -l app=web -o name | head -n 1) http', `Forwarding from 127.0.0.1:… -> 80\n${page}`),
  step('kubectl exec box -- wget -q -O - http://web/', '⋮\n<h1>Welcome to nginx!</h1>\n⋮', { soon: true }),

  step('kubectl debug box --image=busybox:1.37 -c tools -- sh -c "echo looking; sleep 1000"', '⋮'),
  step('kubectl logs box -c tools', 'looking', { soon: true }),
  step('kubectl get pod box --no-headers', 'box 1/1 Running 0 …'),
]
