// Beats every two seconds, also for a page that nobody looks at.
setInterval(() => postMessage("beat"), 2000);
