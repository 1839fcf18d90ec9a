/** Version of this package, sent in `hello` and as the scope of its telemetry. A test holds it equal to package.json. */
export const SDK_VERSION = '0.1.0';
