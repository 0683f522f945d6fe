/* FluidSynth beside the others: loads a bank, or plays events, as src/load.rs and src/play.rs.
 *
 *   cc -O2 -o fluidsynth fluidsynth.c -ldl
 *   ./fluidsynth load FILE
 *   ./fluidsynth play FONT EVENTS TAPS EFFECTS VOICES MODE COUNT GRAIN TIMES
 *
 * The library is opened at run time, so that its headers need not be installed. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BLOCK 64
#define WARM 4800
#define CHORD 64
#define HANDFUL 64
#define PANIC_TO_DEBUG 5

struct event {
    uint32_t frame;
    uint8_t status, first, second, nothing;
};

/* What is called of the library. */
static void *(*set_log)(int, void *, void *);
static void *(*new_settings)(void);
static int (*setnum)(void *, const char *, double);
static int (*setint)(void *, const char *, int);
static void *(*new_synth)(void *);
static int (*sfload)(void *, const char *, int);
static int (*set_interp)(void *, int, int);
static int (*note_on)(void *, int, int, int);
static int (*note_off)(void *, int, int);
static int (*controller)(void *, int, int, int);
static int (*program)(void *, int, int);
static int (*pressure)(void *, int, int);
static int (*bend)(void *, int, int);
static int (*write_float)(void *, int, void *, int, int, void *, int, int);
static int (*voice_count)(void *);

static int find(void *library)
{
    struct { const char *name; void *place; } calls[] = {
        { "fluid_set_log_function", &set_log },
        { "new_fluid_settings", &new_settings },
        { "fluid_settings_setnum", &setnum },
        { "fluid_settings_setint", &setint },
        { "new_fluid_synth", &new_synth },
        { "fluid_synth_sfload", &sfload },
        { "fluid_synth_set_interp_method", &set_interp },
        { "fluid_synth_noteon", &note_on },
        { "fluid_synth_noteoff", &note_off },
        { "fluid_synth_cc", &controller },
        { "fluid_synth_program_change", &program },
        { "fluid_synth_channel_pressure", &pressure },
        { "fluid_synth_pitch_bend", &bend },
        { "fluid_synth_write_float", &write_float },
        { "fluid_synth_get_active_voice_count", &voice_count },
    };
    for (size_t n = 0; n < sizeof calls / sizeof *calls; n++) {
        void *address = dlsym(library, calls[n].name);
        if (!address)
            return 0;
        memcpy(calls[n].place, &address, sizeof address);
    }
    return 1;
}

static uint64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static long most_memory_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %ld", &kib) == 1)
            break;
    return kib;
}

static int load(const char *file)
{
    uint64_t start = now_ns();
    void *chosen = new_settings();
    setnum(chosen, "synth.sample-rate", 48000.0);
    void *engine = new_synth(chosen);
    if (!engine || sfload(engine, file, 1) < 0)
        return 1;
    printf("%.3f %ld\n", (now_ns() - start) / 1e6, most_memory_kib());
    return 0;
}

static void send(void *engine, const struct event *event)
{
    int channel = event->status & 15;
    switch (event->status & 0xF0) {
    case 0x80: note_off(engine, channel, event->first); break;
    case 0x90: note_on(engine, channel, event->first, event->second); break;
    case 0xB0: controller(engine, channel, event->first, event->second); break;
    case 0xC0: program(engine, channel, event->first); break;
    case 0xD0: pressure(engine, channel, event->first); break;
    case 0xE0: bend(engine, channel, event->first | event->second << 7); break;
    }
}

/* A stream of events on its way into the synthesizer. */
struct stream {
    void *engine;
    const struct event *next, *end;
    uint32_t frame;
    float left[BLOCK], right[BLOCK];
};

static inline void block(struct stream *stream)
{
    while (stream->next < stream->end && stream->next->frame <= stream->frame)
        send(stream->engine, stream->next++);
    write_float(stream->engine, BLOCK, stream->left, 0, 1, stream->right, 0, 1);
    stream->frame += BLOCK;
}

/* What an instruction counter can tell by name. */
__attribute__((noinline)) void measured_blocks(struct stream *stream, long blocks)
{
    while (blocks--)
        block(stream);
}

__attribute__((noinline)) uint64_t measured_events(void *engine, const struct event *events, long count)
{
    uint64_t start = now_ns();
    for (long n = 0; n < count; n++)
        send(engine, &events[n]);
    return now_ns() - start;
}

static struct event *read_events(const char *path, uint32_t *count)
{
    FILE *file = fopen(path, "rb");
    if (!file || fread(count, sizeof *count, 1, file) != 1)
        return NULL;
    struct event *events = calloc(*count + 1, sizeof *events);
    return fread(events, sizeof *events, *count, file) == *count ? events : NULL;
}

static int play(char **word)
{
    uint32_t events = 0;
    struct event *list = read_events(word[1], &events);
    int taps = atoi(word[2]), effects = atoi(word[3]), most = atoi(word[4]);
    const char *mode = word[5];
    long wanted = atol(word[6]), grain = atol(word[7]);
    /* It would say what a bank lacks. */
    for (int level = 0; level < PANIC_TO_DEBUG; level++)
        set_log(level, NULL, NULL);
    void *chosen = new_settings();
    setnum(chosen, "synth.sample-rate", 48000.0);
    setint(chosen, "synth.polyphony", most);
    setint(chosen, "synth.reverb.active", effects);
    setint(chosen, "synth.chorus.active", effects);
    setint(chosen, "synth.threadsafe-api", 0);
    setint(chosen, "synth.lock-memory", 0);
    void *engine = new_synth(chosen);
    if (!list || !engine || sfload(engine, word[0], 1) < 0)
        return 1;
    set_interp(engine, -1, taps);
    struct stream *stream = calloc(1, sizeof *stream);
    *stream = (struct stream) { .engine = engine, .next = list, .end = list + events };
    uint64_t time = 0, voice_frames = 0;
    long count = 0, grains = 0;
    int voices = 0;
    uint32_t *times = calloc(wanted / (grain * BLOCK) + wanted + 2, sizeof *times);
    if (!strcmp(mode, "render")) {
        while (stream->frame < WARM)
            block(stream);
        while (count < wanted) {
            uint64_t start = now_ns();
            measured_blocks(stream, grain);
            times[grains] = now_ns() - start;
            time += times[grains++];
            count += grain * BLOCK;
            voices = voice_count(engine);
            voice_frames += (uint64_t)voices * grain * BLOCK;
        }
    } else if (!strcmp(mode, "events")) {
        while (stream->next < stream->end && stream->next->frame == 0)
            send(engine, stream->next++);
        block(stream);
        const struct event *rest = stream->next;
        const long all = stream->end - rest < wanted ? stream->end - rest : wanted;
        voices = voice_count(engine);
        stream->next = stream->end;
        while (count < all) {
            long handful = all - count < HANDFUL ? all - count : HANDFUL;
            times[grains] = measured_events(engine, rest + count, handful);
            time += times[grains++];
            count += handful;
            block(stream);
        }
    } else {
        struct event chord[CHORD];
        for (int n = 0; n < CHORD; n++)
            chord[n] = (struct event) { 0, 0x90 | n % 4, 40 + n / 4 * 2, 90, 0 };
        for (long round = 0; round < wanted; round++) {
            times[grains] = measured_events(engine, chord, CHORD);
            time += times[grains++];
            count += CHORD;
            block(stream);
            voices = voice_count(engine);
            for (int channel = 0; channel < 4; channel++)
                controller(engine, channel, 120, 0);
            for (int n = 0; n < 16; n++)
                block(stream);
        }
    }
    FILE *file = fopen(word[8], "wb");
    if (!file || fwrite(times, sizeof *times, grains, file) != (size_t)grains || fclose(file))
        return 1;
    printf("%llu %ld %d %llu\n", (unsigned long long)time, count, voices,
           (unsigned long long)voice_frames);
    return 0;
}

int main(int count, char **words)
{
    void *library = dlopen("libfluidsynth.so.3", RTLD_NOW);
    if (!library || !find(library)) {
        fprintf(stderr, "%s\n", library ? "a call is not there" : dlerror());
        return 1;
    }
    if (count == 3 && !strcmp(words[1], "load"))
        return load(words[2]);
    if (count == 11 && !strcmp(words[1], "play"))
        return play(words + 2);
    fprintf(stderr, "`load` or `play`?\n");
    return 1;
}
