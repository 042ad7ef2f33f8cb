// What the compiled package reads beside its code, and the right to start the command.
import { chmodSync, cpSync } from 'node:fs';

cpSync('src/help', 'dist/src/help', { recursive: true });
chmodSync('dist/src/bin.js', 0o755);
