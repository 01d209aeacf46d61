export { writeFileAtomic } from './atomic-file.ts';
