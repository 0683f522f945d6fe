/* Loads a bank into FluidSynth until it can be played, once: milliseconds and KiB, as src/main.rs.
 *
 *   cc -O2 -o fluidsynth fluidsynth.c -ldl && ./fluidsynth FILE
 *
 * The library is opened at run time, so that its headers need not be installed. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef void *(*make)(void *);
typedef int (*load)(void *, const char *, int);
typedef int (*set)(void *, const char *, double);

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
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

int main(int count, char **words)
{
    void *library = dlopen("libfluidsynth.so.3", RTLD_NOW);
    if (count != 2 || !library) {
        fprintf(stderr, "%s\n", library ? "which file?" : dlerror());
        return 1;
    }
    make settings = (make)dlsym(library, "new_fluid_settings");
    make synth = (make)dlsym(library, "new_fluid_synth");
    load sfload = (load)dlsym(library, "fluid_synth_sfload");
    set setnum = (set)dlsym(library, "fluid_settings_setnum");
    if (!settings || !synth || !sfload || !setnum)
        return 1;
    double start = now_ms();
    void *chosen = settings(NULL);
    setnum(chosen, "synth.sample-rate", 48000.0);
    void *engine = synth(chosen);
    if (!engine || sfload(engine, words[1], 1) < 0)
        return 1;
    printf("%.3f %ld\n", now_ms() - start, most_memory_kib());
    return 0;
}
