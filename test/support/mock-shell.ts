import type { Implementation } from '../../electron/ipc/rpc-server.ts'

const PROMPT = '\u001b[32m/ #\u001b[0m '

/** A shell that knows `echo`, `ls` and `exit`. */
export const mockShell: Implementation['pods.exec'] = (_input, peer) =>
  new Promise((resolve) => {
    let line = ''
    const say = (text: string) => void peer.send({ type: 'output', text }, text.length)
    const run = (command: string) => {
      if (command.startsWith('exit')) {
        void peer.send({ type: 'exit', code: Number(command.slice(5)) || 0 }, 0)
        return resolve()
      }
      if (command.startsWith('echo ')) say(`${command.slice(5)}\r\n`)
      else if (command === 'ls') say('\u001b[34mbin  dev  etc  home  proc  root  sys  tmp  usr  var\u001b[0m\r\n')
      else if (command !== '') say(`sh: ${command}: not found\r\n`)
      say(PROMPT)
    }
    peer.signal.addEventListener('abort', () => resolve())
    peer.onItem((item) => {
      if (item.type !== 'input') return
      for (const letter of item.text) {
        if (letter === '\r') {
          say('\r\n')
          run(line)
          line = ''
        } else if (letter === '\u007f') {
          line = line.slice(0, -1)
          say('\b \b')
        } else {
          line += letter
          say(letter)
        }
      }
    })
    say(PROMPT)
  })
