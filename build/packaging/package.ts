// `npm run package`: installers for this machine's system and processor, in dist/packages.
//   --dir              only the unpacked app
//   --electron=FOLDER  an Electron that is there already, instead of a download of the one that package.json names
import { join } from 'node:path'
import { build, type Configuration } from 'electron-builder'
import { APP_FLAGS } from '../../electron/engine/engine-flags.ts'
import { root, run } from '../demo/command.ts'
import { packSystemImages } from './pack-system-images.ts'

const images = join(root, 'dist/images')
const electronDist = process.argv.find((argument) => argument.startsWith('--electron='))?.slice('--electron='.length)

const config: Configuration = {
  appId: 'io.slipway.app',
  productName: 'Slipway',
  copyright: 'Apache License 2.0',
  directories: { output: 'dist/packages', buildResources: 'build/icons' },
  // Dependencies come along by themselves; Node 24 as a package is for checkouts only.
  files: ['package.json', 'dist/{cli,engine,main,renderer}/**', '!**/*.map', '!node_modules/node-{bin-,}*-*64{,/**}'],
  extraResources: [
    { from: 'dist/images', to: 'images' },
    { from: 'build/packaging/bin', to: 'bin' },
  ],
  // The command line runs the same files by Electron as Node, which loads modules from real files only.
  asar: false,
  npmRebuild: false,
  ...(electronDist === undefined ? {} : { electronDist }),
  mac: { target: ['dmg'], category: 'public.app-category.developer-tools' },
  win: { target: ['nsis'] },
  nsis: { oneClick: true, perMachine: false },
  linux: {
    target: ['AppImage', 'deb'],
    executableName: 'slipway-app',
    executableArgs: [...APP_FLAGS],
    category: 'Development',
    synopsis: 'Local Kubernetes clusters straight on the Docker engine',
    vendor: 'Slipway',
    maintainer: 'Slipway',
  },
}

await run('node', ['build/bundle.ts'])
await packSystemImages(images)
const made = await build({ projectDir: root, config, publish: 'never', dir: process.argv.includes('--dir') })
console.log(made.length > 0 ? made.join('\n') : `unpacked in ${join(root, 'dist/packages')}`)
