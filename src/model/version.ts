/** The version that plans, ledger and User-Agent carry; a test holds it equal to the package's. */
export const TOOL_VERSION = '0.1.0';
