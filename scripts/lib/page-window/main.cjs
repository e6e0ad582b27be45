// A plain window on one page, for the component gallery, its pictures and the benches: `<electron> <this folder> --page=URL
// --size=WxH --data=FOLDER`. Nothing of the product is in it.
const { app, BrowserWindow } = require('electron');

/** @param {string} name */
const given = (name) =>
  process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '';

const [width, height] = given('size').split('x').map(Number);
app.setPath('userData', given('data'));
void app.whenReady().then(() =>
  new BrowserWindow({
    width: width || 1440,
    height: height || 900,
    useContentSize: true,
    backgroundColor: '#0c1015',
    webPreferences: { backgroundThrottling: false },
  }).loadURL(given('page')),
);
