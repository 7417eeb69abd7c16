//! Moving in from a spreadsheet: the first sheet, as a person reads it.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod common;

use common::Shop;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

#[test]
fn items_and_members_come_out_of_workbooks() {
    let shop = Shop::new();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in (0..).zip(["SKU", "Barcode", "Name", "Unit", "Price", "Weighed"]) {
        sheet.write(0, column, name).unwrap();
    }
    sheet.write(1, 0, 7).unwrap();
    sheet.write(1, 1, "8992696404441").unwrap();
    sheet.write(1, 2, "Beras merah").unwrap();
    sheet.write(1, 3, "kg").unwrap();
    sheet.write(1, 4, 14_500).unwrap();
    sheet.write(1, 5, 1).unwrap();
    sheet.write(3, 2, "Teh").unwrap();
    sheet.write(3, 3, "pcs").unwrap();
    sheet.write_formula(3, 4, rust_xlsxwriter::Formula::new("=2000+500").set_result("2500")).unwrap();
    let file = shop.path("barang.xlsx");
    workbook.save(&file).unwrap();
    let answer = shop.json(&["import", "products", file.to_str().unwrap()]);
    assert_eq!(
        (answer["booked"].as_u64(), answer["rejected"].as_array().map(Vec::len)),
        (Some(2), Some(0)),
        "{answer}"
    );

    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in (0..).zip(["member_no", "name", "birth_date", "sex"]) {
        sheet.write(0, column, name).unwrap();
    }
    let day = Format::new().set_num_format("dd/mm/yyyy");
    sheet.write(1, 0, "A00001").unwrap();
    sheet.write(1, 1, "Dewi Lestari").unwrap();
    sheet.write_with_format(1, 2, ExcelDateTime::from_ymd(1958, 3, 2).unwrap(), &day).unwrap();
    sheet.write(1, 3, "P").unwrap();
    let file = shop.path("anggota.xlsx");
    workbook.save(&file).unwrap();
    let answer = shop.json(&["import", "members", file.to_str().unwrap()]);
    assert_eq!(answer["booked"], 1, "{answer}");
    let members = shop.json(&["report", "members", "--reveal"]);
    assert_eq!(members["rows"][0]["name"], "Dewi Lestari");
    assert!(!shop.json(&["report", "members"]).to_string().contains("Dewi"), "no name without being asked");
    shop.state();
}
