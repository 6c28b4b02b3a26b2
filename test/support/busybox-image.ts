import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import type { DockerEngine } from '../../electron/engine/docker/docker-engine.ts'

/** A name of our own, so that no image of the user's is touched. */
const busyboxImage = 'slipway-test/busybox:1'

const binaryPath = '/bin/busybox'

/** An image of nothing but busybox, made without a registry. */
export async function ensureBusyboxImage(engine: DockerEngine): Promise<string> {
  const present = await engine.inspectImage(busyboxImage).then(
    () => true,
    () => false,
  )
  if (present) return busyboxImage
  if (!existsSync(binaryPath)) throw new Error('the tests need a static busybox (apt-get install busybox-static)')
  const archive = pack()
  archive.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync(binaryPath))
  for (const applet of execFileSync(binaryPath, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    if (applet !== 'busybox') archive.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' })
  }
  archive.entry({ name: 'tmp/', type: 'directory', mode: 0o1777 })
  archive.entry({ name: 'etc/passwd' }, 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n')
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  const [repo, tag] = busyboxImage.split(':')
  const query = { repo, tag, changes: ['ENV PATH=/bin', 'CMD ["sh"]'] }
  const said = await text(await engine.importImage(query, Buffer.concat(chunks)))
  if (said.includes('"error"')) throw new Error(said)
  return busyboxImage
}
