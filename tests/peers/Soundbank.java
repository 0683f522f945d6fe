// What Java's own reader finds in a bank: its class, instruments, regions, resources.
//
//   java --add-exports java.desktop/com.sun.media.sound=ALL-UNNAMED Soundbank.java FILE
import java.io.File;
import javax.sound.midi.Instrument;
import javax.sound.midi.MidiSystem;

public class Soundbank {
    public static void main(String[] arguments) throws Exception {
        javax.sound.midi.Soundbank bank = MidiSystem.getSoundbank(new File(arguments[0]));
        int regions = 0;
        for (Instrument instrument : bank.getInstruments()) {
            regions += ((com.sun.media.sound.DLSInstrument) instrument).getRegions().size();
        }
        System.out.println(
            bank.getClass().getName()
                + " " + bank.getInstruments().length
                + " " + regions
                + " " + bank.getResources().length);
    }
}
