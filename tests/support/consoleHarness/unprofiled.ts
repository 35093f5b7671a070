/**
 * Before React is loaded: its development build, which warns, also draws what it does for a profiler where these two are to
 * be had, and compares all that components were given for it. Nobody opens one here.
 */

for (const name of ['createTask', 'timeStamp']) Reflect.deleteProperty(console, name);
