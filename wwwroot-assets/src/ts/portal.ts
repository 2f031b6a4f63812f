import { startClock } from "./clock";
import { saveFile, startCopy } from "./copy";
import { startFocus } from "./focus";
import { startKeys } from "./keys";
import { startLanguage } from "./language";
import { startPopovers } from "./popovers";
import { startReconnect } from "./reconnect";
import { setTheme } from "./theme";
import { zone } from "./zone";

declare global {
  interface Window { portal: { saveFile: typeof saveFile; setTheme: typeof setTheme; zone: typeof zone } }
}

window.portal = { saveFile, setTheme, zone };
startClock();
startCopy();
startFocus();
startKeys();
startLanguage();
startPopovers();
startReconnect();
