// Stand-in for Electron's default_app.asar, which the unpacked runtime lacks: `electron [flags] APP_DIR`.
const { app } = require('electron')
const path = require('node:path')
const Module = require('node:module')

const loadsModule = new Set(['-r', '--require'])
const args = process.argv.slice(1)
let target
for (let i = 0; i < args.length && !target; i++) {
  if (loadsModule.has(args[i])) Module._load(path.resolve(args[++i]), null, false)
  else if (!args[i].startsWith('-')) target = path.resolve(args[i])
}
if (!target) {
  console.error('usage: electron [flags] APP_DIR')
  app.exit(2)
} else {
  const manifest = require(path.join(target, 'package.json'))
  const name = manifest.productName || manifest.name
  if (name) app.setName(name)
  if (manifest.version) app.setVersion(manifest.version)
  app.setAppPath(target)
  app.setPath('userData', path.join(app.getPath('appData'), app.name))
  process.defaultApp = true
  Module._load(path.join(target, manifest.main || 'index.js'), Module, true)
}
