/* torch.nn.RNN, forward and backward, in C11 without any library, as a command of rnn-conformance (protocol.md).
 *
 * Four parts: frames, a case, the network, the answer. To make it yours, change the network. Numbers arrive as float64
 * or float32, are computed with as double, and go back as they came. It assumes a little-endian computer.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef FAULT_REVERSE_NOT_RESTORED
#define FAULT_REVERSE_NOT_RESTORED 0 /* planted by the harness's own tests, to see that it is named */
#endif

/* ---- frames: a header of 32 bytes, then entries: name, type, dims, payload */

enum { HELLO = 1, WELCOME, CASE, ANSWER, DECLINED, RAISED, REFUSED };
enum { FLOAT64 = 1, FLOAT32 = 2, TEXT = 16, INTEGER = 17, NUMBER = 18, TRUTH = 19 };
enum { VERSION = 1, HEADER = 32, MOST_AXES = 8 };

typedef struct {
    const char *name; /* not ended by zero: it lies in the frame */
    size_t name_length;
    int type, axes;
    size_t dims[MOST_AXES];
    const unsigned char *payload;
    size_t length;
} Entry;

typedef struct {
    int version, kind;
    uint64_t sequence;
    size_t count;
    Entry *entries;
    unsigned char *body;
} Frame;

static void die(const char *why) {
    fprintf(stderr, "%s\n", why); /* standard output is for answers alone */
    exit(2);
}

static void *allocate(size_t count, size_t size) {
    void *made = calloc(count ? count : 1, size);
    if (!made) die("out of memory");
    return made;
}

static uint64_t unsigned_at(const unsigned char *bytes, int size) {
    uint64_t value = 0;
    memcpy(&value, bytes, (size_t)size);
    return value;
}

/* Takes `size` bytes of what is left of the body. */
static const unsigned char *take(const unsigned char **at, const unsigned char *end, uint64_t size) {
    if (size > (uint64_t)(end - *at)) die("an entry is longer than its frame");
    const unsigned char *taken = *at;
    *at += size;
    return taken;
}

static void read_entry(Entry *entry, const unsigned char **at, const unsigned char *end) {
    const unsigned char *head = take(at, end, 12);
    entry->name_length = (size_t)unsigned_at(head, 2);
    entry->type = head[2];
    entry->axes = head[3];
    entry->length = (size_t)unsigned_at(head + 4, 8);
    if (entry->axes > MOST_AXES) die("an entry has too many axes");
    for (int axis = 0; axis < entry->axes; axis++) entry->dims[axis] = (size_t)unsigned_at(take(at, end, 8), 8);
    entry->name = (const char *)take(at, end, entry->name_length);
    entry->payload = take(at, end, entry->length);
}

/* Reads the next frame; 0 where the input ends, which is when to leave. */
static int read_frame(Frame *frame) {
    unsigned char header[HEADER];
    size_t got = fread(header, 1, HEADER, stdin);
    if (got == 0) return 0;
    if (got < HEADER || memcmp(header, "RNNC", 4) != 0) die("the input is no frame");
    frame->version = (int)unsigned_at(header + 4, 2);
    frame->kind = (int)unsigned_at(header + 6, 2);
    frame->sequence = unsigned_at(header + 8, 8);
    frame->count = (size_t)unsigned_at(header + 16, 4);
    size_t length = (size_t)unsigned_at(header + 24, 8);
    frame->body = allocate(length, 1);
    if (fread(frame->body, 1, length, stdin) < length) die("the input ended in the middle of a frame");
    frame->entries = allocate(frame->count, sizeof(Entry));
    const unsigned char *at = frame->body;
    for (size_t i = 0; i < frame->count; i++) read_entry(&frame->entries[i], &at, frame->body + length);
    return 1;
}

static const Entry *find(const Frame *frame, const char *name) {
    for (size_t i = 0; i < frame->count; i++) {
        const Entry *entry = &frame->entries[i];
        if (entry->name_length == strlen(name) && memcmp(entry->name, name, entry->name_length) == 0) return entry;
    }
    return NULL;
}

/* What is to be written: entries one after another, and a header before them at the end. */
typedef struct {
    unsigned char *bytes;
    size_t length, room;
    uint32_t entries;
} Out;

static void put(Out *out, const void *bytes, size_t size) {
    if (out->length + size > out->room) {
        out->room = 2 * (out->length + size);
        out->bytes = realloc(out->bytes, out->room);
        if (!out->bytes) die("out of memory");
    }
    if (size) memcpy(out->bytes + out->length, bytes, size);
    out->length += size;
}

static void put_head(Out *out, const char *name, int type, int axes, const size_t *dims, uint64_t length) {
    uint16_t name_length = (uint16_t)strlen(name);
    unsigned char type_and_axes[2] = {(unsigned char)type, (unsigned char)axes};
    put(out, &name_length, 2);
    put(out, type_and_axes, 2);
    put(out, &length, 8);
    for (int axis = 0; axis < axes; axis++) {
        uint64_t size = dims[axis];
        put(out, &size, 8);
    }
    put(out, name, name_length);
    out->entries++;
}

static void put_text(Out *out, const char *name, const char *text) {
    put_head(out, name, TEXT, 0, NULL, strlen(text));
    put(out, text, strlen(text));
}

static void put_array(Out *out, const char *name, int type, int axes, const size_t *dims, const double *values) {
    size_t count = 1, size = type == FLOAT64 ? 8 : 4;
    for (int axis = 0; axis < axes; axis++) count *= dims[axis];
    put_head(out, name, type, axes, dims, count * size);
    for (size_t i = 0; i < count; i++) {
        float rounded = (float)values[i];
        put(out, type == FLOAT64 ? (const void *)&values[i] : (const void *)&rounded, size);
    }
}

static void write_frame(const Out *out, int kind, uint64_t sequence) {
    unsigned char header[HEADER] = "RNNC"; /* the reserved field stays zero */
    uint16_t version = VERSION, short_kind = (uint16_t)kind;
    uint64_t length = out->length;
    memcpy(header + 4, &version, 2);
    memcpy(header + 6, &short_kind, 2);
    memcpy(header + 8, &sequence, 8);
    memcpy(header + 16, &out->entries, 4);
    memcpy(header + 24, &length, 8);
    fwrite(header, 1, HEADER, stdout);
    fwrite(out->bytes, 1, out->length, stdout);
    fflush(stdout); /* an answer that stays in the buffer never arrives */
}

/* ---- a case: the configuration, refused where torch refuses it */

typedef struct {
    size_t input_size, hidden_size, layers, directions;
    int relu, bias, batch_first, type;
} Network;

/* Why a case is not answered: the kind of frame that says so, and its words. */
typedef struct {
    int kind;
    const char *error, *message;
} Refusal;

static int refuse(Refusal *refusal, int kind, const char *error, const char *message) {
    *refusal = (Refusal){kind, error, message};
    return 0;
}

/* One argument; torch's default where it is not there. Returns 0 for one of a wrong type. */
static int truth(const Frame *frame, const char *name, int *value) {
    const Entry *entry = find(frame, name);
    if (entry && entry->type != TRUTH) return 0;
    if (entry) *value = entry->payload[0];
    return 1;
}

static int positive(const Frame *frame, const char *name, size_t otherwise, size_t *value) {
    const Entry *entry = find(frame, name);
    int64_t given = (int64_t)otherwise;
    if (entry && entry->type != INTEGER) return 0;
    if (entry) memcpy(&given, entry->payload, 8);
    *value = (size_t)given;
    return given > 0;
}

static int is_text(const Entry *entry, const char *text) {
    return entry->type == TEXT && entry->length == strlen(text) && memcmp(entry->payload, text, entry->length) == 0;
}

static int probability(const Entry *entry, double *value) {
    *value = 0;
    int64_t whole;
    if (!entry) return 1;
    if (entry->type == NUMBER) memcpy(value, entry->payload, 8);
    else if (entry->type != INTEGER) return 0;
    else memcpy(&whole, entry->payload, 8), *value = (double)whole;
    return *value >= 0 && *value <= 1; /* not for NaN */
}

static int known(const Entry *entry) {
    static const char *names[] = {"input_size", "hidden_size", "num_layers", "nonlinearity",
                                  "bias",       "batch_first", "dropout",    "bidirectional"};
    size_t prefix = strlen("argument/");
    if (entry->name_length < prefix || memcmp(entry->name, "argument/", prefix) != 0) return 1;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (entry->name_length - prefix == strlen(names[i]) &&
            memcmp(entry->name + prefix, names[i], strlen(names[i])) == 0) return 1;
    }
    return 0;
}

static int construct(const Frame *frame, Network *net, Refusal *refusal) {
    const Entry *nonlinearity = find(frame, "argument/nonlinearity"), *weight = find(frame, "parameter/weight_hh_l0");
    int bidirectional = 0;
    double dropout;
    *net = (Network){.bias = 1, .type = weight ? weight->type : 0};
    for (size_t i = 0; i < frame->count; i++) {
        if (!known(&frame->entries[i])) return refuse(refusal, RAISED, "TypeError", "an argument is unknown");
    }
    if (!positive(frame, "argument/input_size", 0, &net->input_size) ||
        !positive(frame, "argument/hidden_size", 0, &net->hidden_size) ||
        !positive(frame, "argument/num_layers", 1, &net->layers))
        return refuse(refusal, RAISED, "ValueError", "a size should be a positive whole number");
    if (!truth(frame, "argument/bias", &net->bias) || !truth(frame, "argument/batch_first", &net->batch_first) ||
        !truth(frame, "argument/bidirectional", &bidirectional))
        return refuse(refusal, RAISED, "TypeError", "bias, batch_first and bidirectional should be true or false");
    if (!probability(find(frame, "argument/dropout"), &dropout))
        return refuse(refusal, RAISED, "ValueError", "dropout should be a number from 0 to 1");
    if (nonlinearity && !is_text(nonlinearity, "relu") && !is_text(nonlinearity, "tanh"))
        return refuse(refusal, RAISED, "ValueError", "nonlinearity should be tanh or relu");
    if (net->type != FLOAT64 && net->type != FLOAT32)
        return refuse(refusal, DECLINED, "", "its parameters are of another dtype than float64 and float32");
    if (dropout > 0 && net->layers > 1) return refuse(refusal, DECLINED, "", "it has no dropout between layers");
    net->relu = nonlinearity && is_text(nonlinearity, "relu");
    net->directions = bidirectional ? 2 : 1;
    return 1;
}

/* ---- the network: x and y are (T, B, n), states (L*D, B, H), whatever the caller's layout */

/* One direction of one layer: its parameters, its states, and the gradients of both. */
typedef struct {
    double *weight_ih, *weight_hh, *bias_ih, *bias_hh;
    double *d_weight_ih, *d_weight_hh, *d_bias;
    double *h;      /* (T + 1, B, H), in the scan's own order of time; the first is the initial state */
    double *d_last; /* (B, H), the gradient of the last state, and in the end that of the initial one */
    size_t width;   /* of what it reads */
    int reverse;
} Scan;

typedef struct {
    size_t T, B;
    Scan *scans;    /* layer by layer, the forward direction first, as the rows of h_0 */
    double **reads; /* for each layer (T, B, n), and what the last one gives */
} Run;

/* The time step that a scan reads as its `step`-th. */
static size_t time_of(const Scan *scan, size_t step, size_t T) {
    return scan->reverse ? T - 1 - step : step;
}

static double activate(double a, int relu) {
    return !relu ? tanh(a) : a <= 0 ? 0 : a; /* relu(NaN) is NaN */
}

static void run_scan(const Network *net, const Run *run, Scan *scan, const double *x, double *y, size_t offset) {
    size_t H = net->hidden_size, n = scan->width, B = run->B;
    for (size_t step = 0; step < run->T; step++) {
        size_t t = time_of(scan, step, run->T);
        for (size_t b = 0; b < B; b++) {
            const double *before = scan->h + (step * B + b) * H, *read = x + (t * B + b) * n;
            double *after = scan->h + ((step + 1) * B + b) * H;
            for (size_t i = 0; i < H; i++) {
                double a = net->bias ? scan->bias_ih[i] + scan->bias_hh[i] : 0;
                for (size_t j = 0; j < n; j++) a += scan->weight_ih[i * n + j] * read[j];
                for (size_t j = 0; j < H; j++) a += scan->weight_hh[i * H + j] * before[j];
                after[i] = activate(a, net->relu);
            }
            size_t place = FAULT_REVERSE_NOT_RESTORED ? step : t;
            memcpy(y + (place * B + b) * H * net->directions + offset, after, H * sizeof(double));
        }
    }
}

static void forward(const Network *net, Run *run) {
    for (size_t layer = 0; layer < net->layers; layer++) {
        for (size_t d = 0; d < net->directions; d++) {
            Scan *scan = &run->scans[layer * net->directions + d];
            run_scan(net, run, scan, run->reads[layer], run->reads[layer + 1], d * net->hidden_size);
        }
    }
}

/* The gradients of one scan, given that of what it gives (dy); adds to that of what it reads (dx). */
static void run_scan_back(const Network *net, const Run *run, Scan *scan, const double *x, const double *dy, double *dx,
                          size_t offset) {
    size_t H = net->hidden_size, n = scan->width, B = run->B;
    double *da = allocate(H, sizeof(double));
    for (size_t step = run->T; step-- > 0;) {
        size_t t = time_of(scan, step, run->T);
        for (size_t b = 0; b < B; b++) {
            const double *before = scan->h + (step * B + b) * H, *after = before + B * H, *read = x + (t * B + b) * n;
            const double *above = dy + (t * B + b) * H * net->directions + offset;
            double *carry = scan->d_last + b * H;
            for (size_t i = 0; i < H; i++) {
                double g = carry[i] + above[i], h = after[i];
                da[i] = net->relu ? (h <= 0 ? 0 : g) : g * (1 - h * h);
            }
            memset(carry, 0, H * sizeof(double));
            for (size_t i = 0; i < H; i++) {
                for (size_t j = 0; j < n; j++) {
                    scan->d_weight_ih[i * n + j] += da[i] * read[j];
                    dx[(t * B + b) * n + j] += da[i] * scan->weight_ih[i * n + j];
                }
                for (size_t j = 0; j < H; j++) {
                    scan->d_weight_hh[i * H + j] += da[i] * before[j];
                    carry[j] += da[i] * scan->weight_hh[i * H + j];
                }
                scan->d_bias[i] += da[i];
            }
        }
    }
    free(da);
}

/* Takes the gradient of what the last layer gives, which it frees; returns that of the input. */
static double *backward(const Network *net, const Run *run, double *dy) {
    for (size_t layer = net->layers; layer-- > 0;) {
        size_t width = run->scans[layer * net->directions].width;
        double *dx = allocate(run->T * run->B * width, sizeof(double));
        for (size_t d = 0; d < net->directions; d++) {
            Scan *scan = &run->scans[layer * net->directions + d];
            run_scan_back(net, run, scan, run->reads[layer], dy, dx, d * net->hidden_size);
        }
        free(dy);
        dy = dx;
    }
    return dy;
}

/* ---- the answer: from the entries of a call to those of its results */

static double *numbers(const Entry *entry) {
    size_t size = entry->type == FLOAT64 ? 8 : 4, count = entry->length / size;
    double *values = allocate(count, sizeof(double));
    for (size_t i = 0; i < count; i++) {
        float narrow;
        if (entry->type == FLOAT64) memcpy(&values[i], entry->payload + i * 8, 8);
        else memcpy(&narrow, entry->payload + i * 4, 4), values[i] = narrow;
    }
    return values;
}

/* A sequence (P, Q, n) as (Q, P, n) where `swap` says so; takes `values` and returns what to free in its place. */
static double *swapped(double *values, int swap, size_t P, size_t Q, size_t n) {
    if (!swap) return values;
    double *turned = allocate(P * Q * n, sizeof(double));
    for (size_t p = 0; p < P; p++)
        for (size_t q = 0; q < Q; q++)
            memcpy(turned + (q * P + p) * n, values + (p * Q + q) * n, n * sizeof(double));
    free(values);
    return turned;
}

/* A parameter, or NULL where its shape or dtype is wrong. */
static double *parameter(const Frame *frame, const Network *net, const char *kind, size_t row, size_t columns) {
    char name[64];
    snprintf(name, sizeof name, "parameter/%s_l%zu%s", kind, row / net->directions, row % net->directions ? "_reverse" : "");
    const Entry *entry = find(frame, name);
    size_t count = net->hidden_size * (columns ? columns : 1);
    if (!entry || entry->type != net->type || entry->length != count * (net->type == FLOAT64 ? 8 : 4)) return NULL;
    return numbers(entry);
}

static int load(const Frame *frame, const Network *net, Run *run) {
    for (size_t row = 0; row < net->layers * net->directions; row++) {
        Scan *scan = &run->scans[row];
        size_t H = net->hidden_size, n = row < net->directions ? net->input_size : net->directions * H;
        scan->width = n;
        scan->reverse = row % net->directions == 1;
        scan->weight_ih = parameter(frame, net, "weight_ih", row, n);
        scan->weight_hh = parameter(frame, net, "weight_hh", row, H);
        scan->bias_ih = net->bias ? parameter(frame, net, "bias_ih", row, 0) : allocate(H, sizeof(double));
        scan->bias_hh = net->bias ? parameter(frame, net, "bias_hh", row, 0) : allocate(H, sizeof(double));
        if (!scan->weight_ih || !scan->weight_hh || !scan->bias_ih || !scan->bias_hh) return 0;
        scan->d_weight_ih = allocate(H * n, sizeof(double));
        scan->d_weight_hh = allocate(H * H, sizeof(double));
        scan->d_bias = allocate(H, sizeof(double));
        scan->h = allocate((run->T + 1) * run->B * H, sizeof(double));
        scan->d_last = allocate(run->B * H, sizeof(double));
    }
    return 1;
}

static void unload(const Network *net, Run *run) {
    for (size_t row = 0; row < net->layers * net->directions; row++) {
        Scan *scan = &run->scans[row];
        double *owned[] = {scan->weight_ih,   scan->weight_hh, scan->bias_ih, scan->bias_hh, scan->d_weight_ih,
                           scan->d_weight_hh, scan->d_bias,    scan->h,       scan->d_last};
        for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) free(owned[i]);
    }
    for (size_t layer = 0; layer <= net->layers; layer++) free(run->reads[layer]);
    free(run->scans);
    free(run->reads);
}

/* The name of an entry of a call: call/3/output. */
static const char *in_call(int call, const char *what) {
    static char name[96];
    snprintf(name, sizeof name, "call/%d/%s", call, what);
    return name;
}

/* The name of a parameter's gradient: call/3/gradient/weight_ih_l0_reverse. */
static const char *gradient_of(int call, const Network *net, const char *kind, size_t row) {
    char name[64];
    snprintf(name, sizeof name, "gradient/%s_l%zu%s", kind, row / net->directions, row % net->directions ? "_reverse" : "");
    return in_call(call, name);
}

/* Puts one state of every scan into (L*D, B, H): the initial one, or the last. */
static double *gather(const Network *net, const Run *run, int last) {
    size_t size = run->B * net->hidden_size, rows = net->layers * net->directions;
    double *states = allocate(rows * size, sizeof(double));
    for (size_t row = 0; row < rows; row++)
        memcpy(states + row * size, last ? run->scans[row].h + run->T * size : run->scans[row].d_last, size * sizeof(double));
    return states;
}

static void put_gradients(Out *out, int call, const Network *net, const Run *run, const Entry *input, const Entry *h_0,
                          double *dx) {
    size_t H = net->hidden_size, swap = input->axes == 3 && net->batch_first;
    dx = swapped(dx, (int)swap, run->T, run->B, net->input_size);
    put_array(out, in_call(call, "gradient/input"), net->type, input->axes, input->dims, dx);
    free(dx);
    if (h_0) {
        double *dh_0 = gather(net, run, 0);
        put_array(out, in_call(call, "gradient/h_0"), net->type, h_0->axes, h_0->dims, dh_0);
        free(dh_0);
    }
    for (size_t row = 0; row < net->layers * net->directions; row++) {
        const Scan *scan = &run->scans[row];
        size_t in[] = {H, scan->width}, hidden[] = {H, H};
        put_array(out, gradient_of(call, net, "weight_ih", row), net->type, 2, in, scan->d_weight_ih);
        put_array(out, gradient_of(call, net, "weight_hh", row), net->type, 2, hidden, scan->d_weight_hh);
        if (!net->bias) continue;
        put_array(out, gradient_of(call, net, "bias_ih", row), net->type, 1, hidden, scan->d_bias);
        put_array(out, gradient_of(call, net, "bias_hh", row), net->type, 1, hidden, scan->d_bias);
    }
}

/* Whether input and h_0 have the dtype and the shapes that they should; T and B are told from input. */
static int check_call(const Network *net, const Entry *input, const Entry *h_0, Run *run, Refusal *refusal) {
    if (input->type != net->type || (h_0 && h_0->type != net->type))
        return refuse(refusal, RAISED, "ValueError", "input and h_0 should have the parameters' dtype");
    if (input->axes != 2 && input->axes != 3)
        return refuse(refusal, RAISED, "ValueError", "input should have two axes or three");
    int batched = input->axes == 3, time = batched && net->batch_first;
    run->T = input->dims[time];
    run->B = batched ? input->dims[!time] : 1;
    if (run->T == 0) return refuse(refusal, RAISED, "RuntimeError", "the sequence should have a step at least");
    if (input->dims[input->axes - 1] != net->input_size)
        return refuse(refusal, RAISED, "RuntimeError", "the last axis of input should have input_size elements");
    if (h_0 && (h_0->axes != input->axes || h_0->dims[0] != net->layers * net->directions ||
                (batched && h_0->dims[1] != run->B) || h_0->dims[h_0->axes - 1] != net->hidden_size))
        return refuse(refusal, RAISED, "RuntimeError", "h_0 should be of shape (L*D, B, H), or (L*D, H) without a batch");
    return 1;
}

static int answer_call(const Frame *frame, int call, const Network *net, Out *out, Refusal *refusal) {
    const Entry *input = find(frame, in_call(call, "input")), *h_0 = find(frame, in_call(call, "h_0"));
    const Entry *grad_output = find(frame, in_call(call, "grad_output"));
    const Entry *grad_h_n = find(frame, in_call(call, "grad_h_n"));
    Run run = {0};
    if (find(frame, in_call(call, "h_0/0"))) return refuse(refusal, RAISED, "TypeError", "h_0 should be one array");
    if (!check_call(net, input, h_0, &run, refusal)) return 0;

    size_t T = run.T, B = run.B, H = net->hidden_size, DH = net->directions * H, rows = net->layers * net->directions;
    int batched = input->axes == 3, swap = batched && net->batch_first;
    run.scans = allocate(rows, sizeof(Scan));
    run.reads = allocate(net->layers + 1, sizeof(double *));
    if (!load(frame, net, &run)) {
        unload(net, &run);
        return refuse(refusal, RAISED, "RuntimeError", "a parameter is missing, or has a wrong shape or dtype");
    }
    run.reads[0] = swapped(numbers(input), swap, B, T, net->input_size);
    for (size_t layer = 1; layer <= net->layers; layer++) run.reads[layer] = allocate(T * B * DH, sizeof(double));
    double *initial = h_0 ? numbers(h_0) : allocate(rows * B * H, sizeof(double));
    for (size_t row = 0; row < rows; row++) memcpy(run.scans[row].h, initial + row * B * H, B * H * sizeof(double));
    free(initial);

    forward(net, &run);
    size_t shape[] = {swap ? B : T, swap ? T : B, DH}, states[] = {rows, B, H};
    if (!batched) shape[1] = DH, states[1] = H;
    double *h_n = gather(net, &run, 1), *output = allocate(T * B * DH, sizeof(double));
    memcpy(output, run.reads[net->layers], T * B * DH * sizeof(double));
    output = swapped(output, swap, T, B, DH);
    put_array(out, in_call(call, "output"), net->type, input->axes, shape, output);
    put_array(out, in_call(call, "h_n"), net->type, input->axes, states, h_n);
    free(output);
    free(h_n);

    if (grad_output && grad_h_n) { /* the case asks for gradients */
        double *last = numbers(grad_h_n);
        for (size_t row = 0; row < rows; row++) memcpy(run.scans[row].d_last, last + row * B * H, B * H * sizeof(double));
        free(last);
        double *dx = backward(net, &run, swapped(numbers(grad_output), swap, B, T, DH));
        put_gradients(out, call, net, &run, input, h_0, dx);
    }
    unload(net, &run);
    return 1;
}

static int answer_case(const Frame *frame, Out *out, Refusal *refusal) {
    Network net;
    if (!construct(frame, &net, refusal)) return 0;
    for (int call = 0; find(frame, in_call(call, "input")); call++) {
        if (!answer_call(frame, call, &net, out, refusal)) return 0;
    }
    return 1;
}

static void respond(const Frame *frame) {
    Out out = {0};
    Refusal refusal = {REFUSED, "", "this is no question"};
    if (frame->version != VERSION) refusal.message = "this speaks version 1";
    else if (frame->kind == HELLO) refusal.kind = WELCOME;
    else if (frame->kind == CASE && answer_case(frame, &out, &refusal)) refusal.kind = ANSWER;
    if (refusal.kind == DECLINED || refusal.kind == REFUSED || refusal.kind == RAISED) {
        out.length = out.entries = 0; /* calls that were answered before it */
        if (refusal.kind == RAISED) put_text(&out, "kind", refusal.error);
        put_text(&out, refusal.kind == RAISED ? "message" : "reason", refusal.message);
    }
    write_frame(&out, refusal.kind, frame->sequence);
    free(out.bytes);
}

int main(void) {
    Frame frame;
    while (read_frame(&frame)) {
        respond(&frame);
        free(frame.entries);
        free(frame.body);
    }
    return 0;
}
