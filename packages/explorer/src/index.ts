/** The folder of the built page: files for a node to serve. Missing where the page was not built. */
export const PAGE_FOLDER: URL = new URL("../dist/page/", import.meta.url);
