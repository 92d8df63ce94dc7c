"""What the page shows, as plain data: settings, answers, twins, words. Draws and serves nothing."""
