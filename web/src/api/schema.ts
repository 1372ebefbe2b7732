// Made from the API's OpenAPI document by `make types`. Do not edit.

export interface paths {
    "/cubejs-api/v1/load": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The rows of a query */
        get: operations["load"];
        put?: never;
        /** The rows of a query */
        post: operations["loadPost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cubejs-api/v1/subscribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as load */
        get: operations["subscribe"];
        put?: never;
        /** The same as load */
        post: operations["subscribePost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cubejs-api/v1/sql": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The statement that answers a query */
        get: operations["sql"];
        put?: never;
        /** The statement that answers a query */
        post: operations["sqlPost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cubejs-api/v1/dry-run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a query means */
        get: operations["dryRun"];
        put?: never;
        /** What a query means */
        post: operations["dryRunPost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cubejs-api/v1/meta": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The cubes of the data model, with the members that may be asked for */
        get: operations["meta"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cubejs-api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the database answers */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server is alive */
        get: operations["livez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page for people */
        get: operations["root"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Query: {
            measures?: string[];
            dimensions?: string[];
            segments?: string[];
            timeDimensions?: components["schemas"]["TimeDimension"][];
            filters?: components["schemas"]["Filter"][];
            order?: {
                [key: string]: "asc" | "desc";
            } | [
                string,
                "asc" | "desc"
            ][];
            limit?: number;
            offset?: number;
            total?: boolean;
            /**
             * @example UTC
             * @example Europe/Berlin
             */
            timezone?: string;
            ungrouped?: boolean;
            /** @enum {unknown} */
            responseFormat?: "default" | "compact" | "columnar";
            cache?: components["schemas"]["CacheMode"];
            renewQuery?: boolean;
            joinHints?: string[][];
        };
        Queries: components["schemas"]["Query"] | components["schemas"]["Query"][];
        TimeDimension: {
            dimension: string;
            granularity?: string | null;
            dateRange?: string | string[];
            compareDateRange?: (string | string[])[];
        };
        Filter: components["schemas"]["Comparison"] | {
            and: components["schemas"]["Filter"][];
        } | {
            or: components["schemas"]["Filter"][];
        };
        Comparison: {
            member: string;
            /** @enum {unknown} */
            operator: "equals" | "notEquals" | "in" | "notIn" | "contains" | "notContains" | "startsWith" | "notStartsWith" | "endsWith" | "notEndsWith" | "gt" | "gte" | "lt" | "lte" | "set" | "notSet" | "inDateRange" | "notInDateRange" | "onTheDate" | "beforeDate" | "beforeOrOnDate" | "afterDate" | "afterOrOnDate" | "measureFilter";
            values?: (string | number | boolean | null)[];
        };
        /** @enum {unknown} */
        CacheMode: "stale-if-slow" | "stale-while-revalidate" | "must-revalidate" | "no-cache";
        Request: {
            query: components["schemas"]["Queries"] | string;
        };
        LoadRequest: {
            query: components["schemas"]["Queries"] | string;
            queryType?: string;
            cache?: components["schemas"]["CacheMode"];
        };
        LoadAnswer: components["schemas"]["Result"] | components["schemas"]["Envelope"] | components["schemas"]["ContinueWait"];
        Result: {
            query: Record<string, never>;
            data: Record<string, never>[] | {
                members: string[];
                dataset: unknown[][];
            } | {
                members: string[];
                columns: unknown[][];
            };
            /** Format: date-time */
            lastRefreshTime: string;
            annotation: {
                measures: Record<string, never>;
                dimensions: Record<string, never>;
                segments: Record<string, never>;
                timeDimensions: Record<string, never>;
            };
            dataSource: string;
            dbType: string;
            external: boolean;
            slowQuery: boolean;
            total: number | null;
        };
        Envelope: {
            /** @enum {unknown} */
            queryType: "regularQuery" | "compareDateRangeQuery" | "blendingQuery";
            results: components["schemas"]["Result"][];
            pivotQuery: Record<string, never>;
            slowQuery: boolean;
        };
        ContinueWait: {
            /** @constant */
            error: "Continue wait";
            stage: {
                stage: string;
                timeElapsed: number;
            };
        };
        SqlAnswer: components["schemas"]["Sql"] | components["schemas"]["Sql"][];
        Sql: {
            sql: {
                sql: [
                    string,
                    unknown[]
                ];
                order: Record<string, never>;
                dataSource: string;
                aliasNameToMember: {
                    [key: string]: string;
                };
            };
            dataSource: string;
        };
        DryRunAnswer: {
            /** @enum {unknown} */
            queryType: "regularQuery" | "compareDateRangeQuery" | "blendingQuery";
            normalizedQueries: Record<string, never>[];
            queryOrder: {
                [key: string]: "asc" | "desc";
            }[];
            transformedQueries: Record<string, never>[];
            pivotQuery: Record<string, never>;
        };
        Meta: {
            cubes: components["schemas"]["Cube"][];
        };
        Cube: {
            name: string;
            /** @enum {unknown} */
            type: "cube" | "view";
            title: string;
            description?: string;
            isVisible: boolean;
            public: boolean;
            connectedComponent?: number;
            measures: {
                title: string;
                shortTitle: string;
                description?: string;
                name: string;
                isVisible: boolean;
                public: boolean;
                type: string;
                aggType: string;
                drillMembers: string[];
            }[];
            dimensions: {
                title: string;
                shortTitle: string;
                description?: string;
                name: string;
                isVisible: boolean;
                public: boolean;
                type: string;
                primaryKey: boolean;
                suggestFilterValues: boolean;
            }[];
            segments: {
                title: string;
                shortTitle: string;
                description?: string;
                name: string;
                isVisible: boolean;
                public: boolean;
            }[];
            hierarchies?: Record<string, never>[];
            folders?: Record<string, never>[];
            nestedFolders?: Record<string, never>[];
        };
        Health: {
            /** @enum {unknown} */
            health: "HEALTH" | "DOWN";
        };
        Stopping: {
            message: string;
        };
        Error: {
            error: string;
            type?: string;
            plainError?: string;
            stack?: string;
            requestId?: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    load: {
        parameters: {
            query: {
                /** @description A query, or an array of queries, as JSON. */
                query: string;
                /** @description `multi` asks for the envelope, which comparisons and arrays need. */
                queryType?: string;
                /** @description How fresh the answer has to be. */
                cache?: components["schemas"]["CacheMode"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rows of a query */
            200: {
                headers: {
                    /** @description Weak. */
                    ETag?: string;
                    /** @description Milliseconds in each phase: auth, plan, queue, database, encode. Only of load and subscribe. */
                    "Server-Timing"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoadAnswer"];
                };
            };
            /** @description The client has this very body: If-None-Match said so. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query is malformed, names what is not there, or the database refused it. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description With KUBUS_AUTH_401: there is no valid token. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description There is no valid token, the scope is missing, or a member is not for this caller. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Too many tokens from this address were not valid; `Retry-After` says how long to wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The data model does not compile, or something failed that should not. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The server is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
        };
    };
    loadPost: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoadRequest"];
            };
        };
        responses: {
            /** @description The rows of a query */
            200: {
                headers: {
                    /** @description Weak. */
                    ETag?: string;
                    /** @description Milliseconds in each phase: auth, plan, queue, database, encode. Only of load and subscribe. */
                    "Server-Timing"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoadAnswer"];
                };
            };
            /** @description The query is malformed, names what is not there, or the database refused it. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description With KUBUS_AUTH_401: there is no valid token. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description There is no valid token, the scope is missing, or a member is not for this caller. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is larger than the server accepts. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Too many tokens from this address were not valid; `Retry-After` says how long to wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The data model does not compile, or something failed that should not. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The server is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
        };
    };
    subscribe: {
        parameters: {
            query: {
                /** @description A query, or an array of queries, as JSON. */
                query: string;
                /** @description `multi` asks for the envelope, which comparisons and arrays need. */
                queryType?: string;
                /** @description How fresh the answer has to be. */
                cache?: components["schemas"]["CacheMode"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The same as load */
            200: {
                headers: {
                    /** @description Weak. */
                    ETag?: string;
                    /** @description Milliseconds in each phase: auth, plan, queue, database, encode. Only of load and subscribe. */
                    "Server-Timing"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoadAnswer"];
                };
            };
            /** @description The client has this very body: If-None-Match said so. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query is malformed, names what is not there, or the database refused it. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description With KUBUS_AUTH_401: there is no valid token. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description There is no valid token, the scope is missing, or a member is not for this caller. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Too many tokens from this address were not valid; `Retry-After` says how long to wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The data model does not compile, or something failed that should not. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The server is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
        };
    };
    subscribePost: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoadRequest"];
            };
        };
        responses: {
            /** @description The same as load */
            200: {
                headers: {
                    /** @description Weak. */
                    ETag?: string;
                    /** @description Milliseconds in each phase: auth, plan, queue, database, encode. Only of load and subscribe. */
                    "Server-Timing"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoadAnswer"];
                };
            };
            /** @description The query is malformed, names what is not there, or the database refused it. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description With KUBUS_AUTH_401: there is no valid token. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description There is no valid token, the scope is missing, or a member is not for this caller. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is larger than the server accepts. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Too many tokens from this address were not valid; `Retry-After` says how long to wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The data model does not compile, or something failed that should not. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The server is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
        };
    };
    sql: {
        parameters: {
            query: {
                /** @description A query, or an array of queries, as JSON. */
                query: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The statement that answers a query */
            200: {
                headers: {
                    /** @description Weak. */
                    ETag?: string;
                    /** @description Milliseconds in each phase: auth, plan, queue, database, encode. Only of load and subscribe. */
                    "Server-Timing"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SqlAnswer"];
                };
            };
            /** @description The client has this very body: If-None-Match said so. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query is malformed, names what is not there, or the database refused it. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description With KUBUS_AUTH_401: there is no valid token. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description There is no valid token, the scope is missing, or a member is not for this caller. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Too many tokens from this address were not valid; `Retry-After` says how long to wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The data model does not compile, or something failed that should not. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The server is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
        };
    };
    sqlPost: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Request"];
            };
        };
        responses: {
            /** @description The statement that answers a query */
            200: {
                headers: {
                    /** @description Weak. */
                    ETag?: string;
                    /** @description Milliseconds in each phase: auth, plan, queue, database, encode. Only of load and subscribe. */
                    "Server-Timing"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SqlAnswer"];
                };
            };
            /** @description The query is malformed, names what is not there, or the database refused it. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description With KUBUS_AUTH_401: there is no valid token. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description There is no valid token, the scope is missing, or a member is not for this caller. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is larger than the server accepts. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Too many tokens from this address were not valid; `Retry-After` says how long to wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The data model does not compile, or something failed that should not. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The server is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
        };
    };
    dryRun: {
        parameters: {
            query: {
                /** @description A query, or an array of queries, as JSON. */
                query: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a query means */
            200: {
                headers: {
                    /** @description Weak. */
                    ETag?: string;
                    /** @description Milliseconds in each phase: auth, plan, queue, database, encode. Only of load and subscribe. */
                    "Server-Timing"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DryRunAnswer"];
                };
            };
            /** @description The client has this very body: If-None-Match said so. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query is malformed, names what is not there, or the database refused it. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description With KUBUS_AUTH_401: there is no valid token. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description There is no valid token, the scope is missing, or a member is not for this caller. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Too many tokens from this address were not valid; `Retry-After` says how long to wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The data model does not compile, or something failed that should not. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The server is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
        };
    };
    dryRunPost: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Request"];
            };
        };
        responses: {
            /** @description What a query means */
            200: {
                headers: {
                    /** @description Weak. */
                    ETag?: string;
                    /** @description Milliseconds in each phase: auth, plan, queue, database, encode. Only of load and subscribe. */
                    "Server-Timing"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DryRunAnswer"];
                };
            };
            /** @description The query is malformed, names what is not there, or the database refused it. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description With KUBUS_AUTH_401: there is no valid token. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description There is no valid token, the scope is missing, or a member is not for this caller. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is larger than the server accepts. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Too many tokens from this address were not valid; `Retry-After` says how long to wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The data model does not compile, or something failed that should not. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The server is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
        };
    };
    meta: {
        parameters: {
            query?: {
                /** @description With any value: the SQL of the model as well. Needs the scope `meta-extended` outside development. */
                extended?: string;
                /** @description `true`: views only. */
                onlyViews?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cubes */
            200: {
                headers: {
                    /** @description Weak. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Meta"];
                };
            };
            /** @description The client has this very body: If-None-Match said so. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The parameters cannot be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description With KUBUS_AUTH_401: there is no valid token. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description There is no valid token, the scope is missing, or a member is not for this caller. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Too many tokens from this address were not valid; `Retry-After` says how long to wait. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The data model does not compile. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The server is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This description */
            200: {
                headers: {
                    /** @description Weak. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description The client has this very body: If-None-Match said so. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The server is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether the database answers */
            200: {
                headers: {
                    /** @description Weak. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description The client has this very body: If-None-Match said so. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It does not. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description The server is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
        };
    };
    livez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether the server is alive */
            200: {
                headers: {
                    /** @description Weak. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description The client has this very body: If-None-Match said so. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It does not. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description The server is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
        };
    };
    root: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page for people */
            200: {
                headers: {
                    /** @description Weak. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The client has this very body: If-None-Match said so. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The server is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopping"];
                };
            };
        };
    };
}
