import { startClock } from "./clock";
import { saveFile, startCopy } from "./copy";
import { startFocus } from "./focus";
import { startKeys } from "./keys";
import { startLanguage } from "./language";
import { startPopovers } from "./popovers";
import { startReconnect } from "./reconnect";
import { setTheme } from "./theme";

declare global {
  interface Window { portal: { saveFile: typeof saveFile; setTheme: typeof setTheme } }
}

window.portal = { saveFile, setTheme };
startClock();
startCopy();
startFocus();
startKeys();
startLanguage();
startPopovers();
startReconnect();
