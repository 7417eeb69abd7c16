use super::*;
use crate::test_shop::{heading, ticket};
use expect_test::{Expect, expect};

fn item(name: &str, milli: i64, unit: &str, price: i64, amount: i64) -> ItemLine {
    ItemLine {
        name: name.into(),
        quantity: Quantity(milli),
        unit: unit.into(),
        unit_price: Money(price),
        amount: Money(amount),
        discount: None,
    }
}

fn groceries() -> Receipt {
    let mut noodles = item("Mi instan (1 dus isi 40)", 1_000, "dus", 104_000, 104_000);
    noodles.discount = Some(Discount::Member(Money(2_000)));
    Receipt {
        kind: ReceiptKind::Sale,
        ticket: ticket("A-000042"),
        items: vec![
            item("Beras SPHP 5 kg", 2_000, "pak", 62_500, 125_000),
            item("Gula pasir curah", 1_250, "kg", 17_500, 21_875),
            item("Telur ayam", 10_000, "btr", 2_150, 21_500),
            noodles,
        ],
        subtotal: Money(272_375),
        discount: Money(2_000),
        total: Money(270_375),
        payments: vec![Payment::Cash {
            rounding: Money(25),
            due: Money(270_400),
            received: Money(300_000),
            change: Money(29_600),
        }],
        member_year_total: Some(Money(1_842_500)),
    }
}

fn check(receipt: &Receipt, expected: Expect) {
    let slip = receipt.slip(&heading(), Paper::Mm58, &Labels::ID);
    assert!(slip.lines.iter().all(|line| line.text.len() <= 32));
    expected.assert_eq(&slip.text());
}

#[test]
fn a_cash_sale_to_a_member() {
    check(
        &groceries(),
        expect![[r"
                    KDMP KARANGREJO
                     Gerai Sembako
              Ds. Karangrejo, Kec. Contoh
                 NIK Kop. 0000000000000
            --------------------------------
            No  : A-000042
            Tgl : 23/01/2026 09.14 WIB
            Kasir: Siti
            Agt : A-0005 JOKO S.
            --------------------------------
            Beras SPHP 5 kg
              2 pak x 62.500         125.000
            Gula pasir curah
              1,25 kg x 17.500        21.875
            Telur ayam
              10 btr x 2.150          21.500
            Mi instan (1 dus isi 40)
              1 dus x 104.000        104.000
              Potongan anggota        -2.000
            --------------------------------
            Subtotal                 272.375
            Potongan                  -2.000
            Total                    270.375
            Pembulatan                    25
            TOTAL TUNAI              270.400
            Tunai                    300.000
            Kembali                   29.600
            --------------------------------
            Belanja Anda thn ini   1.842.500
                   Simpan struk ini.
                      Terima kasih
        "]],
    );
}

#[test]
fn a_copy_says_so_and_a_stranger_has_no_member_lines() {
    let mut receipt = groceries();
    receipt.ticket.is_copy = true;
    receipt.ticket.member = None;
    receipt.member_year_total = None;
    receipt.items = vec![item("Kopi \u{1b}p“Gayo” – bubuk…", 500, "kg", 90_000, 45_000)];
    (receipt.subtotal, receipt.discount, receipt.total) = (Money(45_000), Money(0), Money(45_000));
    receipt.payments = vec![Payment::Qris(Money(45_000))];
    check(
        &receipt,
        expect![[r#"
                KDMP KARANGREJO
                 Gerai Sembako
          Ds. Karangrejo, Kec. Contoh
             NIK Kop. 0000000000000
        --------------------------------
                    SALINAN
        No  : A-000042
        Tgl : 23/01/2026 09.14 WIB
        Kasir: Siti
        --------------------------------
        Kopi p"Gayo" - bubuk...
          0,5 kg x 90.000         45.000
        --------------------------------
        Total                     45.000
        QRIS                      45.000
        --------------------------------
               Simpan struk ini.
                  Terima kasih
    "#]],
    );
}

#[test]
fn bon_and_cash_on_one_receipt() {
    let mut receipt = groceries();
    receipt.items = vec![item(
        "Pupuk organik padat bersubsidi kemasan karung 40 kg kiriman kedua",
        1_000_000_000,
        "karung besar",
        1_000_000_000,
        1_000_000_000_000,
    )];
    receipt.items[0].discount = Some(Discount::Other(Money(500)));
    receipt.payments = vec![
        Payment::Cash { rounding: Money(-50), due: Money(50_000), received: Money(50_000), change: Money(0) },
        Payment::Bon { amount: Money(220_325), owed: Money(320_325) },
    ];
    check(
        &receipt,
        expect![[r"
                KDMP KARANGREJO
                 Gerai Sembako
          Ds. Karangrejo, Kec. Contoh
             NIK Kop. 0000000000000
        --------------------------------
        No  : A-000042
        Tgl : 23/01/2026 09.14 WIB
        Kasir: Siti
        Agt : A-0005 JOKO S.
        --------------------------------
        Pupuk organik padat bersubsidi
          kemasan karung 40 kg kiriman
          kedua
          1.000.000 karung besar x
          1.000.000.000
                       1.000.000.000.000
          Potongan                  -500
        --------------------------------
        Subtotal                 272.375
        Potongan                  -2.000
        Total                    270.375
        Pembulatan                   -50
        TOTAL TUNAI               50.000
        Tunai                     50.000
        Kembali                        0
        BON                      220.325
        Sisa bon                 320.325
        --------------------------------
        Belanja Anda thn ini   1.842.500
               Simpan struk ini.
                  Terima kasih
    "]],
    );
}

#[test]
fn a_return_names_the_first_receipt() {
    let mut receipt = groceries();
    receipt.kind = ReceiptKind::Return { first_number: "A-000042".into() };
    receipt.ticket = ticket("A-000051");
    receipt.items = vec![item("Telur ayam", 3_000, "btr", 2_150, 6_450)];
    (receipt.subtotal, receipt.discount, receipt.total) = (Money(6_450), Money(0), Money(6_450));
    receipt.payments =
        vec![Payment::Cash { rounding: Money(50), due: Money(6_500), received: Money(0), change: Money(0) }];
    receipt.member_year_total = None;
    check(
        &receipt,
        expect![[r"
                KDMP KARANGREJO
                 Gerai Sembako
          Ds. Karangrejo, Kec. Contoh
             NIK Kop. 0000000000000
        --------------------------------
                     RETUR
        Struk awal: A-000042
        No  : A-000051
        Tgl : 23/01/2026 09.14 WIB
        Kasir: Siti
        Agt : A-0005 JOKO S.
        --------------------------------
        Telur ayam
          3 btr x 2.150            6.450
        --------------------------------
        Total retur                6.450
        Pembulatan                    50
        DIBAYAR TUNAI              6.500
        --------------------------------
               Simpan struk ini.
                  Terima kasih
    "]],
    );
    receipt.payments = vec![Payment::Bon { amount: Money(6_450), owed: Money(93_550) }];
    let text = receipt.slip(&heading(), Paper::Mm58, &Labels::ID).text();
    assert!(text.contains("Mengurangi bon             6.450\nSisa bon                  93.550\n"), "{text}");
}

#[test]
fn wide_paper_and_english_words() {
    let mut shop = heading();
    shop.footer = Some(vec!["Open every day 07.00-20.00".into()]);
    let slip = groceries().slip(&shop, Paper::Mm80, &Labels::EN);
    expect![[r"
                        KDMP KARANGREJO
                         Gerai Sembako
                  Ds. Karangrejo, Kec. Contoh
                     Coop no. 0000000000000
        ------------------------------------------------
        No  : A-000042
        Date: 23/01/2026 09.14 WIB
        Cashier: Siti
        Mbr : A-0005 JOKO S.
        ------------------------------------------------
        Beras SPHP 5 kg
          2 pak x 62.500                         125.000
        Gula pasir curah
          1,25 kg x 17.500                        21.875
        Telur ayam
          10 btr x 2.150                          21.500
        Mi instan (1 dus isi 40)
          1 dus x 104.000                        104.000
          Member discount                         -2.000
        ------------------------------------------------
        Subtotal                                 272.375
        Discount                                  -2.000
        Total                                    270.375
        Rounding                                      25
        CASH TOTAL                               270.400
        Cash                                     300.000
        Change                                    29.600
        ------------------------------------------------
        Your year so far                       1.842.500
                   Open every day 07.00-20.00
    "]]
    .assert_eq(&slip.text());
}

#[test]
fn what_to_pay_stands_out_once() {
    let tall = |receipt: &Receipt| {
        let slip = receipt.slip(&heading(), Paper::Mm58, &Labels::ID);
        let lines = slip.lines.into_iter().filter(|line| line.emphasis == Emphasis::Tall);
        lines.map(|line| line.text).collect::<Vec<_>>()
    };
    let mut receipt = groceries();
    assert_eq!(tall(&receipt), ["TOTAL TUNAI              270.400"]);
    receipt.payments = vec![Payment::Qris(Money(270_375))];
    assert_eq!(tall(&receipt), ["Total                    270.375"]);
}

#[test]
fn the_qr_holds_the_receipt_number() {
    let slip = groceries().slip(&heading(), Paper::Mm58, &Labels::ID);
    assert_eq!(slip.qr.as_deref(), Some("STR:A-000042"));
}
