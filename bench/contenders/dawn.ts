// Dawn in Node, as a page has WebGPU: its interfaces are globals, and navigator.gpu is there.

/** Loads the package `webgpu`. @returns why there is no WebGPU, else null. */
export async function loadDawn(): Promise<string | null> {
  try {
    const { create, globals } = await import('webgpu');
    // On navigator it stays reachable: were it collected, its devices would take the process with them.
    Object.assign(globalThis, globals);
    Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]) });
    return null;
  } catch (error) {
    return `no WebGPU in Node: ${error instanceof Error ? error.message : String(error)}`;
  }
}
