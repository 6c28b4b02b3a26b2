const forEngineOfTheTests = ['docker.io', 'iptables', 'iproute2']
const forImages = ['gcc', 'libc6-dev', 'musl-tools', 'debootstrap', 'busybox-static']
const forBrowser = ['chromium', 'fonts-dejavu-core', 'fonts-noto-color-emoji']
const forElectron = [
  'xvfb',
  'xauth',
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libatk-bridge2.0-0',
  'libnotify4',
  'dbus',
  'dbus-x11',
  'python3',
  'python3-pip',
  'python3-dbus',
  'python3-gi',
]

/** What the test suites need besides npm's packages on Debian and Ubuntu. */
export function packagesForTools() {
  return [...forEngineOfTheTests, ...forImages, ...forBrowser, ...forElectron]
}
