/* Plays events through FluidSynth into a file: the same form as src/bin/sound.rs.
 *
 *   cc -O2 -o play play.c -ldl && ./play BANK EVENTS OUT POINTS
 *
 * 48 kHz, no reverb and no chorus, a gain of one half (ours mixes every voice at half) and the
 * interpolation that is asked for, of 7 or 4 points. The library is opened at run time, so that its
 * headers need not be installed. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 64

static void *library;

static void *find(const char *name)
{
    void *found = dlsym(library, name);
    if (!found) {
        fprintf(stderr, "no %s\n", name);
        exit(1);
    }
    return found;
}

int main(int count, char **words)
{
    library = dlopen("libfluidsynth.so.3", RTLD_NOW);
    if (count != 5 || !library) {
        fprintf(stderr, "%s\n", library ? "BANK EVENTS OUT POINTS" : dlerror());
        return 1;
    }
    void *(*new_settings)(void) = find("new_fluid_settings");
    void *(*new_synth)(void *) = find("new_fluid_synth");
    int (*setnum)(void *, const char *, double) = find("fluid_settings_setnum");
    int (*setint)(void *, const char *, int) = find("fluid_settings_setint");
    int (*sfload)(void *, const char *, int) = find("fluid_synth_sfload");
    int (*interpolation)(void *, int, int) = find("fluid_synth_set_interp_method");
    int (*noteon)(void *, int, int, int) = find("fluid_synth_noteon");
    int (*noteoff)(void *, int, int) = find("fluid_synth_noteoff");
    int (*cc)(void *, int, int, int) = find("fluid_synth_cc");
    int (*program)(void *, int, int) = find("fluid_synth_program_change");
    int (*bend)(void *, int, int) = find("fluid_synth_pitch_bend");
    int (*write_float)(void *, int, void *, int, int, void *, int, int) =
        find("fluid_synth_write_float");

    void *settings = new_settings();
    setnum(settings, "synth.sample-rate", 48000.0);
    setnum(settings, "synth.gain", 0.5);
    setint(settings, "synth.polyphony", 1024);
    setint(settings, "synth.reverb.active", 0);
    setint(settings, "synth.chorus.active", 0);
    void *synth = new_synth(settings);
    if (!synth || sfload(synth, words[1], 1) < 0)
        return 1;
    interpolation(synth, -1, atoi(words[4]));

    FILE *events = fopen(words[2], "r");
    FILE *out = fopen(words[3], "wb");
    long frames, at = -1;
    int bytes[3] = {0, 0, 0};
    char line[256];
    if (!events || !out || !fgets(line, sizeof line, events) || sscanf(line, "%ld", &frames) != 1)
        return 1;
    for (long start = 0; start < frames; start += BLOCK) {
        for (;;) {
            if (at < 0) {
                if (!fgets(line, sizeof line, events))
                    break;
                if (sscanf(line, "%ld %x %x %x", &at, (unsigned *)&bytes[0], (unsigned *)&bytes[1],
                           (unsigned *)&bytes[2]) < 3)
                    return 1;
            }
            if (at > start)
                break;
            int channel = bytes[0] & 15;
            switch (bytes[0] & 0xF0) {
            case 0x80:
                noteoff(synth, channel, bytes[1]);
                break;
            case 0x90:
                noteon(synth, channel, bytes[1], bytes[2]);
                break;
            case 0xB0:
                cc(synth, channel, bytes[1], bytes[2]);
                break;
            case 0xC0:
                program(synth, channel, bytes[1]);
                break;
            case 0xE0:
                bend(synth, channel, bytes[1] | bytes[2] << 7);
                break;
            default:
                return 1;
            }
            at = -1;
        }
        float block[2 * BLOCK];
        long length = frames - start < BLOCK ? frames - start : BLOCK;
        write_float(synth, BLOCK, block, 0, 2, block, 1, 2);
        fwrite(block, 2 * sizeof(float), length, out);
    }
    return fclose(out) != 0;
}
