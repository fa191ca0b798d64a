// Comfort for every page that the server renders. All of them work without it.
import { busyForms } from './pages/busy.js';
import { copyButtons } from './pages/copy.js';
import { fieldCounts, pictureCrops } from './pages/crop.js';
import { dialogs } from './pages/dialog.js';
import { digitFields } from './pages/digits.js';
import { filterForms } from './pages/filter.js';
import { liveStates, restarts } from './pages/live.js';
import { menus } from './pages/menu.js';
import { passwordFields } from './pages/password.js';
import { ruleForms } from './pages/rules.js';
import { themeButtons } from './pages/theme.js';
import { localTimes } from './pages/time.js';
import { varBoxes } from './pages/varbox.js';

for (const start of [localTimes, dialogs, menus, copyButtons, digitFields, passwordFields, themeButtons, busyForms, filterForms, ruleForms, liveStates, restarts, varBoxes, pictureCrops, fieldCounts]) start();
