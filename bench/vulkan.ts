import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** The driver that Debian's Chromium brings. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

const { XDG_RUNTIME_DIR, VK_DRIVER_FILES, VK_ICD_FILENAMES } = process.env;

/**
 * What Dawn finds its drivers by: those of the system, and SwiftShader where Debian's Chromium brings it, which is taken
 * where there is no GPU. Who names drivers has them and no other.
 */
export const vulkan: Readonly<Record<string, string>> = {
  XDG_RUNTIME_DIR: XDG_RUNTIME_DIR ?? tmpdir(), // silences a warning
  MESA_SHADER_CACHE_DISABLE: 'true', // a start that finds compiled shaders on disk is not cold
  ...(!VK_DRIVER_FILES &&
    !VK_ICD_FILENAMES &&
    existsSync(SWIFTSHADER) && { VK_ADD_DRIVER_FILES: SWIFTSHADER }),
};
