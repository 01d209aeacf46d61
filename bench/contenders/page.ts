import type { Answer, Greeting, Library, Part } from './part.ts';
import { failure, takePart } from './part.ts';

/** An engine in a page: called from outside of it, once to enter a work and then for each run. */
export interface PagePart {
  enter(work: string): Promise<Greeting | { readonly error: string }>;
  run(times: number): Promise<Answer | { readonly error: string }>;
}

/** Plays a library's part in a page. Errors are answers there, as they are in a process. */
export function inPage(library: Library): PagePart {
  let part: Part | null = null;
  return {
    enter: async (work) => {
      try {
        part = await takePart(library, work);
        return part.greeting;
      } catch (error) {
        return failure(error);
      }
    },
    run: async (times) => {
      try {
        if (!part) throw new Error('no work was entered');
        return await part.run(times);
      } catch (error) {
        return failure(error);
      }
    },
  };
}
