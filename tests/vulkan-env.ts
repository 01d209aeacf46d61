import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** Software Vulkan driver (SwiftShader) that Debian's `chromium` package brings. */
const swiftshader = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * Points the Vulkan loader, and so the npm package `webgpu`, at a software driver where there is one.
 * The loader reads these with getenv(), and a worker thread's `process.env` is a copy: call this in the main process.
 */
export function useSoftwareVulkan(): void {
  process.env['XDG_RUNTIME_DIR'] ??= tmpdir(); // silences a loader warning
  if (process.env['VK_DRIVER_FILES'] || process.env['VK_ICD_FILENAMES'] || !existsSync(swiftshader)) return;
  process.env['VK_DRIVER_FILES'] = process.env['VK_ICD_FILENAMES'] = swiftshader;
}
