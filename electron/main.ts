import { app, dialog } from 'electron'
import { runApp } from './shell/run-app.ts'

if (app.requestSingleInstanceLock()) {
  runApp(__dirname, { hidden: process.argv.includes('--hidden') }).catch((error: Error) => {
    dialog.showErrorBox('Slipway could not start', error.message)
    app.exit(1)
  })
} else app.quit()
